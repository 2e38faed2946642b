/**
 * Which pods of the applications' estate reach which, by TCP: the arrows of the architecture between pods. Greenlight reaches Scalelite by
 * its public name, so by the ingress. The registrator takes whoever comes, since gates reach it by addresses of the overlay, and looks at
 * tokens. So does hello, which hosts ask by the same addresses; but no pod has a way out to it, and it has none but to the name server.
 */
export const edges: readonly string[] = [
  "greenlight-redis/exporter -> greenlight-redis/server:6379",
  "greenlight/portal -> greenlight-redis/server:6379",
  "greenlight/portal -> ingress/gate:8080",
  "greenlight/portal -> ingress/gate:8443",
  "greenlight/portal -> postgres/server:5432",
  "ingress/gate -> feedback:8080",
  "ingress/gate -> greenlight/portal:3000",
  "ingress/gate -> monitoring/grafana:3000",
  "ingress/gate -> scalelite/nginx:8080",
  "monitoring/grafana -> monitoring/prometheus:9090",
  "monitoring/prometheus -> bbb:9301",
  "monitoring/prometheus -> feedback:8081",
  "monitoring/prometheus -> greenlight-redis/exporter:9121",
  "monitoring/prometheus -> ingress/gate:8082",
  "monitoring/prometheus -> monitoring/alertmanager:9093",
  "monitoring/prometheus -> monitoring/kube-state:8080",
  "monitoring/prometheus -> postgres/exporter:9187",
  "monitoring/prometheus -> registrator:8080",
  "monitoring/prometheus -> scalelite-redis/exporter:9121",
  "postgres/exporter -> postgres/server:5432",
  "registrator -> bbb:9301",
  "registrator -> scalelite/nginx:8080",
  "scalelite-redis/exporter -> scalelite-redis/server:6379",
  "scalelite/api -> postgres/server:5432",
  "scalelite/api -> scalelite-redis/server:6379",
  "scalelite/nginx -> scalelite/api:3000",
  "scalelite/poller -> postgres/server:5432",
  "scalelite/poller -> scalelite-redis/server:6379",
];
