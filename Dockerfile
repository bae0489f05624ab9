# syntax=docker/dockerfile:1
# One image for every part: the program `ndx`, and nothing of the sources.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The caches stay between builds; what is wanted is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist --package ndx \
    && install -D --mode=0755 target/dist/ndx /out/ndx

FROM debian:bookworm-slim
# curl asks for the health of what runs in the container. Debian's stable keeps no old versions to pin.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 ndx \
    && useradd --system --uid 10001 --gid ndx --no-create-home --shell /usr/sbin/nologin ndx \
    && install --directory --owner=ndx --group=ndx --mode=0700 /var/lib/ndx
COPY --from=build /out/ndx /usr/local/bin/ndx
# Configuration, schemas and adapters are mounted here, read-only, as they lie in the repository.
WORKDIR /etc/ndx
USER 10001:10001
VOLUME ["/var/lib/ndx"]
ENTRYPOINT ["ndx"]
CMD ["--help"]
