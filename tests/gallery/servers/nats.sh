#!/bin/sh
# Style: a broker with a protocol of its own, to which the tester translates.
# Wakes: a goroutine for each client's writes, which what is published to it wakes.
# Slow client: its messages wait in memory; it is disconnected when they are too many.
# Gives up: one order for all: two clients may see two orders.
# Run: started as the specification has it, it says when it is ready.
trap : TERM # it gets the signal too, and is waited for
nats-server --addr "${1%:*}" --port "${1##*:}" 2>&1 | while read -r line; do
  case $line in *"Server is ready"*) echo "listening on $1" ;; esac
done
