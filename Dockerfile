# The worker: what ECS starts as a task on Fargate, for arm64 and amd64. docs/running-on-aws.md tells
# how it is built and pushed, and .ci/image checks what can be checked without an engine for images.
#
# Both images it begins with can be pinned to what was tested, and should be in a release:
#   --build-arg GO_IMAGE=docker.io/library/golang@sha256:…
#   --build-arg BASE_IMAGE=docker.io/library/debian@sha256:…
ARG GO_IMAGE=docker.io/library/golang:1.26-bookworm
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim

# Go builds for either processor on whatever this runs on: only the second stage is emulated.
FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
ARG TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=linux GOARCH=${TARGETARCH} go build -trimpath -buildvcs=false -ldflags "-s -w" -o /out/worker ./cmd/worker

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Lodge worker" \
      org.opencontainers.image.description="Files approved invoices with insurance carriers" \
      org.opencontainers.image.licenses="Apache-2.0"
# The headless shell is a third smaller than Chromium. Fonts: pages are photographed for evidence.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates chromium-headless-shell fonts-liberation tini tzdata \
 && rm -rf /var/lib/apt/lists/*
# The root file system is read-only in the task. Fargate gives a volume the owner that its folder has here.
RUN groupadd --gid 10001 lodge \
 && useradd --uid 10001 --gid 10001 --home-dir /lodge/home --no-create-home --shell /usr/sbin/nologin lodge \
 && install --directory --owner 10001 --group 10001 --mode 0700 /lodge/state /lodge/home
COPY --from=build /out/worker /usr/local/bin/worker
ENV HOME=/lodge/home LANG=C.UTF-8 LODGE_CHROMIUM=/usr/lib/chromium/chromium-headless-shell
WORKDIR /lodge
USER 10001:10001
VOLUME ["/lodge/state", "/lodge/home", "/tmp"]
# -s: in the task, tini is a child of the init process that ECS adds, and reaps all the same.
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "/usr/local/bin/worker"]
