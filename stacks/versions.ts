/**
 * Every version the estate pins, in one place. A change here is a change of the estate: say in the commit whether it
 * replaces hosts. Versions of npm packages are in package.json, those of Go and Python modules in their lock files.
 */
export const versions = {
  /** Pulumi CLI and engine. A new one needs the hashes of its archives. @source its Go module and local/engine/archives.ts, 2026-11 */
  pulumi: "3.253.0",
  /** k3s release that orchestrator hosts run. Changing it replaces them, one after another. */
  k3s: "v1.34.2+k3s1",
  /** Image of kube-vip, on servers behind a VIP. Changing it replaces those, one after another. @source GitHub's registry, 2026-11 */
  kubeVip: "ghcr.io/kube-vip/kube-vip:v1.0.2@sha256:ee3702abc2daeb93399c22b14aa61aa233013f2a610e64ff3864033ebb3fedbc",
  /** Image of the workload apps/hello. Changing it rolls its pods. @source Docker Hub, traefik/whoami, 2026-11 */
  hello: "docker.io/traefik/whoami:v1.11.0@sha256:200689790a0a0ea48ca45992e0450bc26ccab5307375b41c84dfc4f2475937ab",
  /**
   * Image of PostgreSQL. A patch release restarts the server; another major version needs the way that apps/postgres/README.md tells.
   * @source Docker Hub, postgres 17.10-bookworm as public projects pin it, 2026-11; it was not asked for here
   */
  postgres:
    "docker.io/library/postgres:17.10-bookworm@sha256:9b18b78397054fce88a9552e9d5a3ad5bb7fd258c5b3cc1c5028e46373d6ea8f",
  /**
   * Image of Redis, of the last line with the BSD licence. Changing it restarts the servers: seconds without them.
   * @source Docker Hub, redis 7.2.14-bookworm as public projects pin it, 2026-11; it was not asked for here
   */
  redis:
    "docker.io/library/redis:7.2.14-bookworm@sha256:f0707c78ea880b293ccdeb410c9c0a8ccae93fe7128799b751333a698b0a39a7",
  /**
   * Image of coturn. From 4.7 on it can be drained, from 4.17 on DTLS must be asked for. Changing it drains and restarts the TURN servers,
   * one after another. @source Docker Hub, coturn/coturn, 2026-11, as a public project pins it; not pulled here
   */
  coturn: "docker.io/coturn/coturn:4.17.2@sha256:aa68aab64a3b929d57fc2924c98ea447bf996cf8dade2508e7b71eaf23f1f14e",
  /**
   * Image of Greenlight. Changing it migrates the database, then rolls the pods. The digest is not known here, where no registry of images
   * can be asked: the document says it (apps.greenlight.image) until it is added.
   * @source Greenlight's release 3.8.2.4, 2026-07; tags of images as public projects name them (v3.8.2.3), 2026-11
   */
  greenlight: "docker.io/bigbluebutton/greenlight:v3.8.2.4",
  /**
   * BigBlueButton, as upstream's compose project has it: its release, and the images of all services. One release for all; mixing them is
   * not supported. Changing it replaces the bbb hosts. Where a digest is not known here, the document says it (apps.bbb.images) until it is
   * added. 3.0.35 is out as packages, with fixes of security; the compose project was at 3.0.23 when last seen.
   * @source bigbluebutton/docker at 3.0.23 (commit d38784b), as a public project lists its images, 2026-11; periodic's tag was not seen.
   *   haproxy as a public project pins it; the exporter's tags; none pulled here
   */
  bbb: {
    release: "3.0.23",
    images: {
      "bbb-web": "docker.io/alangecker/bbb-docker-web:v3.0.23",
      freeswitch: "docker.io/alangecker/bbb-docker-freeswitch:v1.10.12-v3.0.23",
      nginx: "docker.io/alangecker/bbb-docker-nginx:v3.0.23-v5.4.4-1.29",
      etherpad: "docker.io/alangecker/bbb-docker-etherpad:2.4.2-s8328b77-p88f3f6b",
      "bbb-pads": "docker.io/alangecker/bbb-docker-pads:v1.5.8",
      "bbb-export-annotations": "docker.io/alangecker/bbb-docker-bbb-export-annotations:v3.0.23",
      redis: "docker.io/library/redis:8.4-alpine",
      "webrtc-sfu": "docker.io/alangecker/bbb-docker-webrtc-sfu:v2.22.0",
      "fsesl-akka": "docker.io/alangecker/bbb-docker-fsesl-akka:v3.0.23",
      "apps-akka": "docker.io/alangecker/bbb-docker-apps-akka:v3.0.23",
      "bbb-graphql-server": "docker.io/alangecker/bbb-docker-graphql-server:v3.0.23",
      "bbb-graphql-actions": "docker.io/alangecker/bbb-docker-graphql-actions:v3.0.23",
      "bbb-graphql-middleware": "docker.io/alangecker/bbb-docker-graphql-middleware:v3.0.23",
      periodic: "docker.io/alangecker/bbb-docker-periodic:v3.0.23",
      recordings: "docker.io/alangecker/bbb-docker-recordings:v3.0.23",
      "bbb-webrtc-recorder": "docker.io/alangecker/bbb-docker-webrtc-recorder:v0.14.0",
      postgres: "docker.io/library/postgres:16-alpine",
      haproxy:
        "docker.io/library/haproxy:3.2.7-alpine@sha256:a9b408a818f5d0d9a6a042ec2957921038399f7a515f8b7bfef2054ef7f4ce05",
      exporter: "docker.io/greenstatic/bigbluebutton-exporter:v0.7.1",
      generator: "docker.io/jwilder/dockerize:v0.9.1",
    },
  },
  /**
   * Images of Scalelite, one release for all parts. Changing it migrates the database, then rolls the pods. Before 1.8.4 a cordoned server
   * could get a meeting back. The digests are not known here, where no registry of images can be asked: the document says them
   * (apps.scalelite.images) until they are added.
   * @source Scalelite's tags and its release workflow, 2026-08
   */
  scalelite: {
    api: "docker.io/blindsidenetwks/scalelite:v1.8.5-api",
    nginx: "docker.io/blindsidenetwks/scalelite:v1.8.5-nginx",
    poller: "docker.io/blindsidenetwks/scalelite:v1.8.5-poller",
    importer: "docker.io/blindsidenetwks/scalelite:v1.8.5-recording-importer",
  },
  /**
   * Image of Traefik, of the ingress. Changing it restarts the ingress, one host after another.
   * @source Docker Hub, library/traefik, 2026-11, as a public project pins it; not pulled here
   */
  traefik: "docker.io/library/traefik:v3.6.25@sha256:31267173a15b4944e797a76ffd9c419707c8d8b32fe5b610f80cd0cfa05f372d",
  /**
   * Image of lego, which gets certificates. It is of the line 5: `run` renews, too.
   * @source Docker Hub, goacme/lego, 2026-11, as two public projects pin it; not pulled here
   */
  lego: "docker.io/goacme/lego:v5.5.2@sha256:1944e8c36055beec47c7de6f15202b41128be75eea0ffa257f0c14d93c5155fd",
  /**
   * Images of Prometheus and Alertmanager. Changing one restarts it: a gap of some readings.
   * @source Docker Hub, prom/prometheus and prom/alertmanager, 2026-11, as several public projects pin them; not pulled here
   */
  prometheus:
    "docker.io/prom/prometheus:v3.13.1@sha256:3c42b892cf723fa54d2f262c37a0e1f80aa8c8ddb1da7b9b0df9455a35a7f893",
  alertmanager:
    "docker.io/prom/alertmanager:v0.33.1@sha256:9e082985f56f4c8c9f724e18f2288c6708f472e56a5286b8863d080434ea065d",
  /** Image of node_exporter, on every host. Changing it rolls its pods. @source Red Hat's registry, 2026-11, as four public projects pin it */
  nodeExporter:
    "quay.io/prometheus/node-exporter:v1.11.1@sha256:0f422f62c15f154af8d8572b23d623aebfb10cec73a5c654d18f911f3f9df241",
  /**
   * Image of process-exporter. Changing it rolls its pods. From 0.8.3 on it forgets groups that are empty. The digest is not known here,
   * where no registry of images can be asked: the document says it (apps.monitoring.processExporter.image) until it is added.
   * @source its release 0.8.7, 2025-04; the tag as public projects name it, 2026-11
   */
  processExporter: "docker.io/ncabatoff/process-exporter:0.8.7",
  /** Image of kube-state-metrics. Changing it rolls its pod. @source Kubernetes' registry, 2026-11, as four public projects pin it */
  kubeStateMetrics:
    "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.19.1@sha256:85108987d044b18a098126732f98602df408888c0f7d456241f5abefb9744bc1",
  /** Image of Grafana. Changing it rolls its pod. @source Docker Hub, grafana/grafana, 2026-11, as several public projects pin it; not pulled here */
  grafana: "docker.io/grafana/grafana:13.0.1@sha256:0f86bada30d65ef9d0183b90c1e2682ac92d53d95da8bed322b984ea78a4a73a",
  /**
   * Images of the exporters of PostgreSQL and Redis. Changing one rolls its pods, and touches no database.
   * @source Red Hat's registry and Docker Hub, 2026-11, as four and two public projects pin them; not pulled here
   */
  postgresExporter:
    "quay.io/prometheuscommunity/postgres-exporter:v0.19.1@sha256:e96064f876226d94bb6ce48a4c4b3dd76edba91168ec1ab024e5c4b959310b0f",
  redisExporter:
    "docker.io/oliver006/redis_exporter:v1.84.0@sha256:7ef8e9c26638158fa4e7ad60df8c7e53d1919986753d6c1d2d1876b6ec38d87b",
  /**
   * Image of Consul. Changing it restarts the servers, one after another; read its upgrade notes before another minor release.
   * @source Docker Hub, hashicorp/consul, 2026-11, as one public project pins it, which ran it on arm64: whether the digest is that of all
   *   platforms was not seen; not pulled here
   */
  consul: "docker.io/hashicorp/consul:2.0.2@sha256:7dcf35d6b2682831094f1680aa58be214134969505acce0a9b280249581aa7d2",
  /**
   * Image that programs of ours run in, which are read from a ConfigMap. Changing it rolls their pods.
   * @source Docker Hub, node, 2026-11, as two public repositories pin it; not pulled here
   */
  node: "docker.io/library/node:24.10.0-alpine3.22@sha256:775ba24d35a13e74dedce1d2af4ad510337b68d8e22be89e0ce2ccc299329083",
} as const;
