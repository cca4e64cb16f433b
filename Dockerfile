# Every image of the connector:
#   docker build --build-arg SERVICE=invoice-webhook -t invoice-webhook .
# SERVICE names a distribution in this repository, and a stage at the end of this file.
ARG SERVICE
FROM python:3.13.15-slim-trixie AS base

FROM base AS build
# Compiled ahead, because the root is read-only, with hashes for times, so that the same lock makes the same bytes.
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 \
    PYC_INVALIDATION_MODE=UNCHECKED_HASH UV_PROJECT_ENVIRONMENT=/app
RUN python3 -m venv /uv && /uv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
WORKDIR /src
COPY pyproject.toml uv.lock ./
COPY shared/pyproject.toml shared/
COPY providers/pyproject.toml providers/
COPY services/webhook/pyproject.toml services/webhook/
COPY services/formatter/pyproject.toml services/formatter/
COPY services/creator/pyproject.toml services/creator/
COPY services/error-sink/pyproject.toml services/error-sink/
COPY operations/pyproject.toml operations/
COPY cli/pyproject.toml cli/
COPY web/pyproject.toml web/
COPY simulators/pyproject.toml simulators/
ARG SERVICE
# What an image holds besides its own distribution's dependencies.
RUN case $SERVICE in \
      invoice-formatter) echo --extra service ;; \
      invoice-simulators) echo --package invoice-cli ;; \
    esac > /more
RUN /uv/bin/uv sync --frozen --no-dev --no-install-workspace --package "$SERVICE" $(cat /more)
COPY . .
RUN /uv/bin/uv sync --frozen --no-dev --no-editable --package "$SERVICE" $(cat /more) \
 && find /app -name uv_cache.json -delete \
 && find /app -name RECORD -exec sed -i /uv_cache.json/d {} + && rm -f /app/.lock \
 && mkdir /image && mv /app /image/ && find /image -exec touch --no-dereference --date=@0 {} +

# Python, its libraries and Debian's list of them (for scanners).
# No shell, no package manager, nothing setuid.
FROM base AS system
RUN mkdir /system \
 && find / -mindepth 1 -maxdepth 1 ! -name system ! -name proc ! -name sys ! -name dev \
    -exec cp -a -t /system {} + \
 && cd /system && echo 'nonroot:x:65532:65532::/tmp:/usr/sbin/nologin' >> etc/passwd \
 && for file in hosts hostname resolv.conf; do : > etc/$file; done \
 && find usr/bin usr/sbin usr/local/bin usr/local/sbin -mindepth 1 ! -name 'python*' -delete \
 && rm -rf usr/lib/apt usr/lib/dpkg usr/lib/*/perl-base usr/share/perl* usr/share/doc usr/share/man \
    usr/share/locale root/.cache tmp/* var/cache/* var/log/* var/lib/apt var/lib/dpkg/info \
 && find . \( -name pip -o -name 'pip-*.dist-info' -o -name ensurepip -o -name idlelib \
    -o -name tkinter -o -name __pycache__ \) -path '*python3*' -prune -exec rm -rf {} + \
 && python3 -m compileall -q --invalidation-mode unchecked-hash \
    usr/lib/python3* usr/local/lib/python3* \
 && find . -exec touch --no-dereference --date=@0 {} +

FROM scratch AS image
COPY --from=system /system /
COPY --from=build /image /
ENV PATH=/app/bin:/usr/local/bin:/usr/bin LANG=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
WORKDIR /tmp
STOPSIGNAL SIGTERM
LABEL org.opencontainers.image.licenses="Apache-2.0"

FROM image AS service
EXPOSE 9100
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(f\"http://127.0.0.1:{os.environ.get('OPS_PORT') or 9100}/readyz\")"]

FROM service AS invoice-webhook
LABEL org.opencontainers.image.description="Signed Metronome webhooks in, raw-invoices out."
EXPOSE 8080
ENTRYPOINT ["invoice-webhook"]

FROM service AS invoice-formatter
LABEL org.opencontainers.image.description="raw-invoices in, formatted-invoices out: money and mapping."
ENTRYPOINT ["invoice-formatter"]

FROM service AS invoice-creator
LABEL org.opencontainers.image.description="formatted-invoices in, one document at the provider out."
ENTRYPOINT ["invoice-creator"]

FROM service AS invoice-error-sink
LABEL org.opencontainers.image.description="invoice-errors in, JSON Lines in S3 out."
ENTRYPOINT ["invoice-error-sink"]

FROM image AS invoice-cli
LABEL org.opencontainers.image.description="The operator's command line."
ENTRYPOINT ["invoices"]
CMD ["--help"]

FROM service AS invoice-web
LABEL org.opencontainers.image.description="The operator's page."
EXPOSE 8091
ENTRYPOINT ["invoice-web"]

FROM image AS invoice-simulators
LABEL org.opencontainers.image.description="Metronome and the billing providers, simulated, and the demo that drives them."
EXPOSE 8001 8002 8003 8004
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:8001/_control/requests')"]
ENTRYPOINT ["invoice-simulators"]
CMD ["--host", "0.0.0.0", "--metronome-port", "8001", "--netsuite-port", "8002", \
     "--quickbooks-online-port", "8003", "--razorpay-port", "8004"]

FROM ${SERVICE}
ARG SERVICE
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="${SERVICE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
