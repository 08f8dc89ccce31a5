# Built in two steps, so that no installer is in what runs. Packages come by hash, as ./run has them.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_NO_CACHE=1
COPY requirements/uv.txt requirements/runtime.txt requirements/
RUN pip install --no-cache-dir --require-hashes --no-deps --target /tools -r requirements/uv.txt \
 && /tools/bin/uv venv --python /usr/local/bin/python .venv \
 && /tools/bin/uv pip sync --require-hashes --compile-bytecode --python .venv/bin/python requirements/runtime.txt
COPY pyproject.toml LICENSE ./
COPY themes themes
COPY migrations migrations
COPY idp idp
# The file system is read-only when it runs, so nothing can be compiled then: neither modules nor
# templates, which the lint reads.
RUN .venv/bin/python -m compileall -q idp migrations \
 && for theme in themes/*/; do .venv/bin/python -m idp.theme.lint "$(basename "$theme")" || exit 1; done

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 gerbang \
 && useradd --uid 10001 --gid gerbang --home-dir /app --no-create-home --shell /usr/sbin/nologin gerbang \
 && install -d -o gerbang -g gerbang -m 0700 /data /keys
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    IDP_HOST=0.0.0.0 \
    IDP_MANAGEMENT_HOST=0.0.0.0 \
    IDP_VAR=/data \
    IDP_KEYS=/keys
USER 10001:10001
VOLUME ["/data", "/keys"]
# 9000 is health and metrics: for the orchestrator, never for the public.
EXPOSE 8000 9000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-m", "idp", "healthcheck"]
ENTRYPOINT ["python", "-m", "idp"]
CMD ["serve"]
