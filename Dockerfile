# Images of the server and of the agent, from a checkout:
#   docker build --target server --tag sluice-server .
#   docker build --target agent --tag sluice-agent .
ARG NODE_VERSION=20.20.2

# Everything that compiles stays in this stage: the native module may have to be built.
FROM node:${NODE_VERSION}-bookworm AS build
WORKDIR /build
COPY . .
RUN ["npm", "ci", "--no-audit", "--no-fund"]
RUN ["npm", "pack", "--pack-destination", "/tmp"]
RUN npm install --global --prefix /opt/sluice --no-audit --no-fund /tmp/sluice-*.tgz

FROM node:${NODE_VERSION}-bookworm-slim AS runtime
COPY --from=build /opt/sluice /opt/sluice
ENV NODE_ENV=production PATH=/opt/sluice/bin:$PATH
# The directories of their state belong to the user that the image of Node.js brings.
RUN ["install", "--directory", "--owner=1000", "--group=1000", "--mode=0700", "/var/lib/sluice", "/var/lib/sluice-server"]
# By number, so that Kubernetes sees that it is not root.
USER 1000:1000

FROM runtime AS agent
WORKDIR /var/lib/sluice
VOLUME ["/var/lib/sluice"]
# Nothing is to be asked here: an agent that cannot go on ends, and whether it is connected is what its server tells.
HEALTHCHECK NONE
# No shell between: the signal that stops the container reaches the agent.
ENTRYPOINT ["node", "/opt/sluice/lib/node_modules/sluice/packages/cli/bin/sluice.js", "agent"]
CMD ["--config", "/etc/sluice/agent.yaml"]

FROM runtime AS server
WORKDIR /var/lib/sluice-server
VOLUME ["/var/lib/sluice-server"]
ENV SLUICE_LISTEN=0.0.0.0:7070 SLUICE_DATA=/var/lib/sluice-server
EXPOSE 7070
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7070/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/sluice/lib/node_modules/sluice/packages/cli/bin/sluice.js", "server"]
