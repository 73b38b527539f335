# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

# Builds the wheel in one stage and installs it, with pinned dependencies, in another.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /build \
    && /build/bin/pip install --no-cache-dir --require-hashes -r requirements/dev.txt \
    && python -m venv /opt/harvester \
    && /opt/harvester/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY . .
RUN /build/bin/python -m build --no-isolation --wheel --outdir /wheel \
    && /opt/harvester/bin/pip install --no-cache-dir --no-deps /wheel/*.whl

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="harvester" \
      org.opencontainers.image.licenses="EUPL-1.2"
RUN useradd --system --uid 10001 --home-dir /var/lib/harvester --create-home harvester
COPY --from=build /opt/harvester /opt/harvester
ENV PATH=/opt/harvester/bin:$PATH \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /var/lib/harvester
VOLUME /var/lib/harvester
ENTRYPOINT ["harvester"]
CMD ["--help"]
