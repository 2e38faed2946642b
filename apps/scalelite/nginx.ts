/** What nginx is told. */
export interface NginxFacts {
  /** The name that the API does not refuse. */
  readonly host: string;
  /** Where the API is: name and port. */
  readonly api: string;
  readonly port: number;
  /** Whether recordings are served. */
  readonly recordings: boolean;
  /** Folder with `published`, of the shared store, and `playback`, the players, which are in the image. */
  readonly store: string;
  /** A folder that it may write in. */
  readonly scratch: string;
}

/** nginx before the API: without root, and without templates that are filled in at its start. */
export function nginxConf(facts: NginxFacts): string {
  const { scratch, recordings } = facts;
  const http = [
    "include /etc/nginx/mime.types;",
    "default_type application/octet-stream;",
    // a query has checksums, and names of people
    `log_format plain '$remote_addr [$time_iso8601] "$request_method $uri" $status $body_bytes_sent $request_time '`,
    "                 '$upstream_status $upstream_response_time';",
    "access_log /dev/stdout plain;",
    ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((what) => `${what}_temp_path ${scratch}/${what};`),
    "sendfile on;",
    "server_tokens off;",
    "# slides that are uploaded with a meeting come in its request",
    "client_max_body_size 100m;",
    "server {",
    ...indented([...server(facts), ...(recordings ? playback(facts) : [])]),
    "}",
  ];
  return [
    // by the processors of the host it would have more than its memory is for
    "worker_processes 2;",
    `pid ${scratch}/nginx.pid;`,
    "# what goes wrong with a request is told with its query, names of people in it: the access log's status has to do",
    "error_log /dev/stderr crit;",
    "events { worker_connections 4096; }",
    "http {",
    ...indented(http),
    "}",
    "",
  ].join("\n");
}

function server({ host, api, port }: NginxFacts): string[] {
  return [
    `listen ${port};`,
    "location = /nginx-health {",
    "  access_log off;",
    '  return 200 "alive\\n";',
    "}",
    "location / {",
    `  proxy_pass http://${api};`,
    "  proxy_http_version 1.1;",
    "  # creating a meeting waits for its server; asked twice, it might be created twice",
    "  proxy_read_timeout 60s;",
    "  proxy_next_upstream off;",
    "  proxy_redirect off;",
    `  proxy_set_header Host ${host};`,
    "  proxy_set_header X-Real-IP $remote_addr;",
    "  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "  # TLS ends before it",
    "  proxy_set_header X-Forwarded-Proto https;",
    "}",
  ];
}

/** Files of recordings are sent by nginx where Scalelite says so (X-Accel-Redirect), which has looked whether they may be seen. */
function playback({ store }: NginxFacts): string[] {
  return [
    "location /static-resource/ {",
    "  internal;",
    `  alias ${store}/published/;`,
    "  index index.html index.htm;",
    "}",
    "location /static-resource/playback/ {",
    "  internal;",
    "  rewrite ^/static-resource(/playback/.*)$ $1 last;",
    "}",
    "# the player is the same for every recording: what follows its folder is the id of one",
    "location /playback/ {",
    `  root ${store};`,
    "  try_files $uri /playback/presentation/2.3/index.html =404;",
    "}",
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
