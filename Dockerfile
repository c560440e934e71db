# The site, for compose.yaml: web, worker and jobs run the same image.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 DATA_DIR=/data
WORKDIR /site
COPY requirements.txt ./
# The second line is the extra `production` of pyproject.toml.
RUN pip install --no-cache-dir --require-hashes -r requirements.txt \
    && pip install --no-cache-dir "psycopg[binary]>=3.3" "redis>=6.4"
COPY . .
RUN useradd --system site && mkdir /data && chown site /data
USER site
EXPOSE 8000
CMD ["gunicorn", "cop_site.wsgi", "--bind", "0.0.0.0:8000", "--preload", "--workers", "4", "--threads", "4", "--limit-request-line", "8190"]
