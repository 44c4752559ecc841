# docker build --build-arg TORCH_INDEX=<address> -t cnnviz .      (README, "The small CPU build", says which address)
# docker run --rm -p 127.0.0.1:8501:8501 cnnviz
FROM python:3.12-slim

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

RUN useradd --create-home --uid 10001 cnnviz && install -d -o cnnviz -g cnnviz /data
WORKDIR /build

# torch first, in a layer of its own: it is by far the largest part and changes least
ARG TORCH_INDEX=""
COPY constraints.txt .
RUN pip install --no-deps -c constraints.txt torch torchvision ${TORCH_INDEX:+--index-url "$TORCH_INDEX"}

COPY . .
RUN pip install -c constraints.txt . && rm -rf /build

USER cnnviz
WORKDIR /home/cnnviz
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["cnnviz", "app", "--host", "0.0.0.0", "--no-browser", "--data", "/data"]
