#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a user would run today: Postfix, taking in and delivering the same mail to the same kind of sink.
# A private instance in a folder of its own, on loopback; the system's Postfix is not touched. Needs root and Debian's postfix.
#   postfix_peer.sh [MESSAGES=5000] [BYTES=5000] [SESSIONS=50]
# Prints messages a second from the first submission to the last delivery.
set -euo pipefail
messages=${1:-5000} bytes=${2:-5000} sessions=${3:-50}
smtp_port=${SMTP_PORT:-2527} sink_port=${SINK_PORT:-2528}
home=$(mktemp -d /var/tmp/postfix-peer.XXXXXX)
mkdir -p "$home"/{conf,queue,data}
cat >"$home/conf/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $home/queue
data_directory = $home/data
maillog_file = $home/mail.log
maillog_file_prefixes = $home
myhostname = gateway.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
relayhost = [127.0.0.1]:$sink_port
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
disable_dns_lookups = yes
default_process_limit = 100
initial_destination_concurrency = 50
default_destination_concurrency_limit = 50
in_flow_delay = 0
minimal_backoff_time = 5s
queue_run_delay = 5s
alias_maps =
alias_database =
EOF
sed -E "s/^smtp +inet .*/127.0.0.1:$smtp_port inet n - n - - smtpd/" /usr/share/postfix/master.cf.dist >"$home/conf/master.cf"
sed -i -E 's/^([a-z]+ +(unix|inet) +[-yn] +[-yn] +)y/\1n/' "$home/conf/master.cf"
chown postfix "$home/data"
chmod 755 "$home"
sink=
cleanup() {
  postfix -c "$home/conf" stop >/dev/null 2>&1 || true
  [[ -n $sink ]] && kill "$sink" 2>/dev/null || true
  rm -rf "$home"
}
trap cleanup EXIT
smtp-sink -u nobody "127.0.0.1:$sink_port" 4096 >/dev/null 2>&1 &
sink=$!
postfix -c "$home/conf" start >/dev/null 2>&1
for _ in $(seq 50); do (exec 3<>"/dev/tcp/127.0.0.1/$smtp_port") 2>/dev/null && break; sleep 0.2; done
begin=$(date +%s.%N)
smtp-source -s "$sessions" -l "$bytes" -m "$messages" -f sender@gateway.test -t recipient@example.test "127.0.0.1:$smtp_port"
while (($(grep -c 'status=sent' "$home/mail.log" || true) < messages)); do
  sleep 0.1
  awk -v b="$begin" -v n="$(date +%s.%N)" 'BEGIN { exit !(n - b > 300) }' && { echo "not delivered within 300 s" >&2; exit 1; }
done
awk -v n="$messages" -v b="$begin" -v e="$(date +%s.%N)" 'BEGIN { printf "postfix: %.0f messages/s\n", n / (e - b) }'
