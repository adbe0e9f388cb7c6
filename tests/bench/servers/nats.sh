#!/bin/sh
# nats-server, started as the specification has a server started: the address is
# its argument, and it says when it is ready. The protocol stays its own.
trap : TERM # it gets the signal too, and is waited for
nats-server --addr "${1%:*}" --port "${1##*:}" 2>&1 | while read -r line; do
  case $line in *"Server is ready"*) echo "listening on $1" ;; esac
done
