# The image of web, worker, beat and migrate: one image, four commands (docker-compose.yml).

FROM python:3.12-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
COPY requirements.lock docker/server_lock.py ./
# Wheels only: nothing is compiled, so no compiler is in either stage.
RUN python -m venv /opt/zenrei \
    && python server_lock.py < requirements.lock > server.lock \
    && /opt/zenrei/bin/pip install --require-hashes --only-binary :all: -r server.lock \
    && /opt/zenrei/bin/python -m compileall -q -j 0 /opt/zenrei/lib

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 zenrei \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin zenrei \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/zenrei
COPY --from=packages /opt/zenrei /opt/zenrei
COPY . /app
RUN python -m compileall -q -j 0 /app
ENV PATH=/opt/zenrei/bin:$PATH \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    ZENREI_DATA=/var/lib/zenrei
WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"]
