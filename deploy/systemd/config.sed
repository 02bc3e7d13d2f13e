# From the sample to a configuration for systemd: what otherwise follows from --data is said.
s|^  # bus: ipc://var/run/\([a-z]*\).bus.*|  bus: ipc:///run/mudlark/\1.bus|
s|^  # console: unix:var/run/console.sock.*|  console: unix:/run/mudlark/console.sock|
s|^  # store: sqlite:var/mudlark.db .*|  store: sqlite:@statedir@/persist/mudlark.db|
s|^  # tls_cert: var/tls/cert.pem.*|  tls_cert: @statedir@/gateway/tls/cert.pem|
s|^  # tls_key: var/tls/key.pem.*|  tls_key: @statedir@/gateway/tls/key.pem|
s|^  # pack_path: .*|  pack_path: @sharedir@/packs|
# World and persist have no network: mudlark-metrics-world.socket is at 127.0.0.1:9102, that of persist at 9103.
s|^  # metrics: unix:var/run/\(world\).metrics.*|  metrics: unix:/run/mudlark/\1.metrics|
s|^  # metrics: unix:var/run/\(persist\).metrics.*|  metrics: unix:/run/mudlark/\1.metrics|
s|^  # metrics: unix:var/run/gateway.metrics.*|  metrics: 127.0.0.1:9101|
s|^  # metrics: unix:var/run/aibridge.metrics.*|  metrics: 127.0.0.1:9104|
s|^  # metrics: unix:var/run/irc.metrics.*|  metrics: 127.0.0.1:9105|
s|^  # metrics: unix:var/run/discord.metrics.*|  metrics: 127.0.0.1:9106|
s|^  # metrics: unix:var/run/rss.metrics.*|  metrics: 127.0.0.1:9107|
# Secrets that the units hand over.
/^ai:/,/^[a-z]*:$/ s|^  # key_file: ""|  # key_file: /run/credentials/mudlark-aibridge.service/mudlark.ai.key|
s|^  # token_file: ""|  # token_file: /run/credentials/mudlark-discord.service/mudlark.discord.token|
s|^  # password_file: ""|  # password_file: /run/credentials/mudlark-irc.service/mudlark.irc.password|
s|^  # server_password_file: ""|  # server_password_file: /run/credentials/mudlark-irc.service/mudlark.irc.server_password|
s|^  # cert_file: "" |  # cert_file: /run/credentials/mudlark-irc.service/mudlark.irc.pem |
