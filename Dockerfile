# pgvigil as a container: 'serve' in the foreground, as an account of its own.
#
#   docker build -t pgvigil .
#   docker run -d --init -e DATABASE_URL=postgres://… -v backups:/var/lib/pgvigil/store -v records:/var/lib/pgvigil/state pgvigil
#
# The clients are Debian's (PostgreSQL 15); a newer server needs an image with newer clients on top of this one.

FROM swift:6.3-bookworm AS build
# Versions are the release's: Debian keeps one of each, so a pinned one would only vanish at its next update.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpq-dev zlib1g-dev liblz4-dev libzstd-dev libxxhash-dev libisal-dev libssl-dev libcurl4-openssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
# The shipped job and crontab are links from Sources into these two folders.
COPY jobs jobs
COPY cron cron
COPY Sources Sources
# The manifest names the test targets, and SwiftPM wants to see their folders.
COPY Tests Tests
RUN swift build -c release --product pgvigil --static-swift-stdlib \
    && install -D "$(swift build -c release --product pgvigil --static-swift-stdlib --show-bin-path)/pgvigil" /out/pgvigil \
    && strip /out/pgvigil

FROM debian:bookworm-slim
# The server is for the embedded catalog; the cluster that Debian makes on installation is not.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        postgresql postgresql-client libpq5 zlib1g liblz4-1 libzstd1 libxxhash0 libisal2 libssl3 libcurl4 ca-certificates libstdc++6 tzdata \
    && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/* /etc/postgresql/*
RUN useradd --system --no-log-init --uid 10001 --home-dir /var/lib/pgvigil --shell /usr/sbin/nologin pgvigil \
    && install -d -m 0700 -o pgvigil -g pgvigil \
        /var/lib/pgvigil /var/lib/pgvigil/store /var/lib/pgvigil/state \
    && install -d -m 0755 /etc/pgvigil
COPY --from=build /out/pgvigil /usr/local/bin/pgvigil
COPY jobs /etc/pgvigil/jobs
COPY cron /etc/pgvigil/cron
ENV LANG=C.UTF-8 \
    XDG_STATE_HOME=/var/lib \
    PGVIGIL_CONFIG=/etc/pgvigil
USER 10001
WORKDIR /var/lib/pgvigil
VOLUME ["/var/lib/pgvigil/store", "/var/lib/pgvigil/state"]
# Whether the daemon serves and its loop turns; it asks no catalog and no target.
HEALTHCHECK --interval=1m --timeout=10s --start-period=1m CMD ["pgvigil", "daemons", "alive"]
ENTRYPOINT ["pgvigil"]
CMD ["serve"]
