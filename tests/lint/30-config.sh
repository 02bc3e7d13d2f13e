# deploy/mudlark.yaml is accepted by every process, and has every option that scripts may count on
# (design: fixed names) of those the processes print.
status=0
fixed="gateway.telnet gateway.telnet_tls gateway.web gateway.metrics gateway.max_conns
gateway.max_conns_per_ip gateway.conn_rate gateway.input_rate world.bus persist.bus world.packs
world.pack_path world.tick_rate world.guests world.durability world.stall_grace world.metrics
persist.store persist.metrics ai.provider ai.model ai.url ai.key_file irc.host irc.port irc.tls irc.nick irc.channels
discord.token_file discord.api_url discord.gateway_url discord.channels rss.feeds rss.listen log.level log.format"

# section.key of a YAML file of ours, commented-out ones too.
keys()
{
	awk '/^#? ?[a-z_]+:/ { sub(/^#? ?/, ""); section = $1; sub(/:.*/, "", section); next }
	     /^ *(# ?)? *[a-z_]+:/ { key = $0; sub(/^[ #]*/, "", key); sub(/:.*/, "", key); print section "." key }' "$1"
}

keys deploy/mudlark.yaml | sort -u >"$LINT_BUILD/lint/keys.sample"
for process in gateway world persist aibridge irc discord rss; do
	program=$LINT_BUILD/bin/mudlark-$process
	"$program" --check-config --config deploy/mudlark.yaml || { echo "^ mudlark-$process"; status=1; }
	"$program" --print-config >"$LINT_BUILD/lint/$process.yaml" || status=1
	keys "$LINT_BUILD/lint/$process.yaml" | sort -u >"$LINT_BUILD/lint/keys.$process"
done
for key in $fixed; do
	if cat "$LINT_BUILD"/lint/keys.{gateway,world,persist,aibridge,irc,discord,rss} | grep -qxF "$key"; then
		grep -qxF "$key" "$LINT_BUILD/lint/keys.sample" || { echo "mudlark.yaml lacks $key"; status=1; }
	fi
done

# What one address may do is not less for the world than for a single gateway.
default_of() { awk -v key="$2:" '$1 == key { print $2; exit }' "$LINT_BUILD/lint/$1.yaml"; }
no_less()
{
	[ "$(default_of world "$1")" -ge "$2" ] || { echo "world.$1 is stricter than the gateway: below $2"; status=1; }
}
rate=$(default_of gateway conn_rate)
no_less max_per_address "$(default_of gateway max_conns_per_ip)"
no_less opens_minute $((2 * rate)) # the minutes of the two begin at different times
no_less opens_ten_minutes $((11 * rate))

# What the table of options cannot see is found without a start: PROCESS OPTION WORDS.
refuses()
{
	"$LINT_BUILD/bin/mudlark-$1" --check-config --set "$2" >"$LINT_BUILD/lint/refused" 2>&1
	if [ $? -ne 64 ] || ! grep -qF "$3" "$LINT_BUILD/lint/refused"; then
		echo "mudlark-$1 does not refuse $2 with: $3"
		status=1
	fi
}
echo secret >"$LINT_BUILD/lint/token"
chmod 644 "$LINT_BUILD/lint/token"
refuses irc irc.channels=mud "irc.channels: row 1"
refuses irc irc.networks=libera "irc.networks: network libera: it has no host"
refuses discord discord.channels=mud=chat "discord.channels: mud is no channel id"
refuses discord "discord.token_file=$LINT_BUILD/lint/token" "chmod 600"
refuses rss rss.feeds=mud "rss.feeds: row 1"
refuses rss rss.ports=http "rss.ports: "
exit $status
