#!/usr/bin/env bash
# A cluster of machines that you reach by SSH without a password: bash ssh.sh HOST...
#
# Starts a scheduler here and a worker on each HOST, prints the scheduler's address, and ends all of them on Ctrl-C.
# Between them they speak TLS, with certificates that are made on the first run and copied to every HOST. A worker does
# not need this terminal: it goes on if SSH is cut, and leaves when there has been no scheduler for 15 minutes.
#
#   ADDRESS  this machine as HOST sees it [the first address of `hostname -I`]
#   PORT     of the scheduler [8786]; every HOST has to reach it, and this machine any port of HOST (or WORKER_PORTS)
#   GRADER   the grader on HOST [the path of the one here]
#   SSH      [ssh]
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
grader=${GRADER:-$(command -v grader)}
ssh=${SSH:-ssh}
address=${ADDRESS:-$(hostname -I | cut -d ' ' -f 1)}
port=${PORT:-8786}
tls=${XDG_CONFIG_HOME:-$HOME/.config}/grader-tls
there='$HOME/.config/grader-tls'
[ -f "$tls/dask.yaml" ] || bash "$(dirname "$0")/tls.sh" "$tls" >/dev/null
export DASK_CONFIG=$tls

declare -A workers=()
leave() {
    trap - EXIT INT TERM
    for host in "${!workers[@]}"; do $ssh "$host" kill "${workers[$host]}" 2>/dev/null || true; done
    kill "$scheduler" 2>/dev/null || true
    wait
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

grader scheduler --host "$address" --port "$port" &
scheduler=$!
for host in "$@"; do
    tar -C "$tls" -c ca.pem cert.pem key.pem dask.yaml | $ssh "$host" "umask 077 && mkdir -p $there &&
        tar -C $there -x && sed -i \"s#$tls/#$there/#g\" $there/dask.yaml"
    workers[$host]=$($ssh "$host" "DASK_CONFIG=$there nohup setsid $grader worker tls://$address:$port --give-up 900 \
        ${WORKER_PORTS:+--ports $WORKER_PORTS} </dev/null >grader-worker-$host.log 2>&1 & echo \$!")
    echo "$host: worker ${workers[$host]}, told in grader-worker-$host.log there"
done
echo "DASK_CONFIG=$tls grader grade ... --engine dask --scheduler tls://$address:$port"
wait "$scheduler"
