/*
 * meter.c - see meter.h.
 */
#include "gateway/meter.h"

#include <string.h>

/* clang-format off */
#define COUNTER(n, h)   { .name = "mudlark_gateway_" n "_total", .help = h, .kind = METRIC_COUNTER }
#define GAUGE(n, h)     { .name = "mudlark_gateway_" n, .help = h, .kind = METRIC_GAUGE }
#define REFUSED(reason) \
	{ .name = "mudlark_gateway_connections_refused_total{reason=\"" reason "\"}", \
	  .help = "Connections that did not become clients, by reason", .kind = METRIC_COUNTER }
#define BY(k) \
	{ .name = "mudlark_gateway_connections_by{kind=\"" k "\"}", \
	  .help = "Sockets of players, by how they are connected", .kind = METRIC_GAUGE }
#define HISTOGRAM(n, h) { .name = "mudlark_gateway_" n, .help = h, .kind = METRIC_HISTOGRAM }

static const struct metric table[METERS] = {
	[METER_SESSIONS]         = GAUGE("sessions", "Players connected"),
	[METER_CONNECTIONS]      = GAUGE("connections", "Sockets of players, closing ones included"),
	[METER_CONNECTIONS_MAX]  = GAUGE("connections_max", "How many there may be: gateway.max_conns"),
	[METER_BY]               = BY("telnet"),
	[METER_BY_TELNETS]       = BY("telnets"),
	[METER_BY_WS]            = BY("ws"),
	[METER_BY_WSS]           = BY("wss"),
	[METER_BY_CONSOLE]       = BY("console"),
	[METER_OPENED]           = COUNTER("connections_opened", "Connections taken"),
	[METER_CLOSED]           = COUNTER("connections_closed", "Connections ended"),
	[METER_REFUSED]          = REFUSED("full"),
	[METER_REFUSED_ADDRESS]  = REFUSED("address"),
	[METER_REFUSED_RATE]     = REFUSED("rate"),
	[METER_REFUSED_NET]      = REFUSED("network"),
	[METER_REFUSED_DRAWN]    = REFUSED("strangers"),
	[METER_DOOR_ENDS]        = REFUSED("site"),
	[METER_DOOR_FULL]        = REFUSED("door_full"),
	[METER_DOOR_PROXY]       = REFUSED("proxy_header"),
	[METER_DOOR_PLAIN]       = REFUSED("no_tls"),
	[METER_DOOR_TLS]         = REFUSED("handshake"),
	[METER_DOOR_MANY]        = REFUSED("handshakes"),
	[METER_DOOR_LATE]        = REFUSED("late"),
	[METER_DOOR_GONE]        = REFUSED("gone"),
	[METER_DOOR]             = GAUGE("in_door", "Sockets before their PROXY header or TLS handshake is done"),
	[METER_HANDSHAKES]       = COUNTER("tls_handshakes", "TLS handshakes that succeeded"),
	[METER_CERTIFICATE]      = GAUGE("certificate_end_seconds", "Unix time at which the TLS certificate ends"),
	[METER_BYTES_IN]         = COUNTER("received_bytes", "Bytes from clients"),
	[METER_BYTES_OUT]        = COUNTER("sent_bytes", "Bytes to clients"),
	[METER_SENDS]            = COUNTER("sends", "Calls that sent bytes to clients"),
	[METER_SAID]             = COUNTER("deflate_in_bytes", "Bytes to clients that were compressed"),
	[METER_PACKED]           = COUNTER("deflate_out_bytes", "What these came to"),
	[METER_GOT_PACKED]       = COUNTER("inflate_in_bytes", "Compressed bytes from clients"),
	[METER_INFLATED]         = COUNTER("inflate_out_bytes", "What these came to"),
	[METER_BROKEN_PACKED]    = COUNTER("inflate_refused", "Compressed input that was a bomb or no zlib"),
	[METER_OUTPUT_BYTES]     = GAUGE("output_bytes", "Bytes that wait for slow readers"),
	[METER_DROPPED]          = COUNTER("texts_dropped", "Ambient texts slow readers did not get"),
	[METER_SLOW]             = COUNTER("slow_readers_closed", "Connections closed for not reading"),
	[METER_LINES]            = COUNTER("lines", "Lines typed and taken"),
	[METER_LINES_REFUSED]    = COUNTER("lines_refused", "Lines refused because too many waited"),
	[METER_LINES_LOST]       = COUNTER("lines_set_aside", "Lines of sessions a new world did not know"),
	[METER_LINES_WAITING]    = GAUGE("lines_waiting", "Lines taken and not done"),
	[METER_QUEUE_SECONDS]    = HISTOGRAM("queue_seconds", "From taking a line to sending it to the world"),
	[METER_LINE_SECONDS]     = HISTOGRAM("line_seconds", "From sending a line to the world to its end"),
	[METER_OUTPUT_SECONDS]   = HISTOGRAM("output_seconds", "From the end of a line until what was said is with the socket"),
	[METER_REPEATED]         = COUNTER("records_repeated", "Durable records seen before and dropped"),
	[METER_ORPHANS]          = COUNTER("records_orphaned", "Records for sessions that are gone"),
	[METER_MALFORMED]        = COUNTER("records_malformed", "Records from the world that do not parse"),
	[METER_WORLD_UP]         = GAUGE("world_up", "1 while the link to the world is up"),
	[METER_LINK_SENT]        = COUNTER("link_sent", "Records sent to the world"),
	[METER_LINK_RECEIVED]    = COUNTER("link_received", "Records from the world"),
	[METER_LINK_RESENT]      = COUNTER("link_resent", "Records sent again after a break"),
	[METER_LINK_CONNECTIONS] = COUNTER("link_connections", "Connections made to the world"),
	[METER_LINK_RING]        = GAUGE("link_ring_bytes", "Bytes the world has not acknowledged"),
};
/* clang-format on */

void meter_init(struct metric of[METERS])
{
	memcpy(of, table, sizeof(table));
}
