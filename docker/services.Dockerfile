# What stands around the instances, from Debian's packages, for docker/compose.yaml: balancer, postgresql, redis. Their
# health is looked after there.
ARG DEBIAN=bookworm

FROM docker.io/library/debian:${DEBIAN}-slim AS balancer
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends haproxy \
 && rm -rf /var/lib/apt/lists/*
COPY docker/haproxy.cfg /etc/haproxy/haproxy.cfg
EXPOSE 8443
USER 65534:65534
STOPSIGNAL SIGTERM
ENTRYPOINT ["haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"]

FROM docker.io/library/debian:${DEBIAN}-slim AS redis
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/*
EXPOSE 6379
USER 65534:65534
STOPSIGNAL SIGTERM
# Nothing that it holds must last: it carries hints, which are signed.
ENTRYPOINT ["redis-server", "--save", "", "--appendonly", "no", "--protected-mode", "no", "--bind", "*", "-::*"]

FROM docker.io/library/debian:${DEBIAN}-slim AS postgresql
# The package would make a database of its own.
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-common \
 && sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s "$(ls -d /usr/lib/postgresql/*/bin)" /opt/postgresql \
 && install -d -o 65534 -g 65534 -m 0700 /data /secret
COPY docker/postgresql.sh /usr/local/bin/
VOLUME /data /secret
EXPOSE 5432
# The same nobody as the instances, which may read the password, and libpq wants it readable for its owner alone.
USER 65534:65534
# Ends what is open and stops: instances connect again and settle what they do not know.
STOPSIGNAL SIGINT
ENTRYPOINT ["postgresql.sh"]
