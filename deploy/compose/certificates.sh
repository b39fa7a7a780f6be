#!/bin/bash
# Runs in a container of es-gencert-cli, before the cluster starts: two authorities, a certificate for each node and for the entry.
# What is there stays, until it is removed to have it made anew.
set -euo pipefail

if [ ! -e /event-store/ca/ca.crt ]; then
  es-gencert-cli create-ca -days 3650 -out /event-store/authority
  for node in event-store-1 event-store-2 event-store-3; do
    es-gencert-cli create-node -days 1095 -ca-certificate /event-store/authority/ca.crt -ca-key /event-store/authority/ca.key \
      -out "/event-store/$node" -dns-names "$node,localhost" -ip-addresses 127.0.0.1
    chown -R 1000:1000 "/event-store/$node"
    chmod 400 "/event-store/$node/node.key"
  done
  chmod 700 /event-store/authority
  mkdir -p /event-store/ca
  cp /event-store/authority/ca.crt /event-store/ca/ca.crt
  chmod 755 /event-store/ca
  chmod 444 /event-store/ca/ca.crt
fi

if [ ! -e /entry/entry.crt ]; then
  es-gencert-cli create-ca -days 3650 -out /entry/authority
  es-gencert-cli create-node -days 397 -ca-certificate /entry/authority/ca.crt -ca-key /entry/authority/ca.key \
    -out /entry/made -dns-names lien-tuyen.localhost,localhost -ip-addresses 127.0.0.1
  chmod 700 /entry/authority
  cp /entry/made/node.key /entry/entry.key
  cp /entry/made/node.crt /entry/entry.crt
  rm -r /entry/made
  chown 101:101 /entry/entry.key
  chmod 400 /entry/entry.key
  chmod 444 /entry/entry.crt
fi

cp /event-store/ca/ca.crt /trust/event-store.crt
cp /entry/authority/ca.crt /trust/entry.crt
chmod 755 /trust
chmod 444 /trust/event-store.crt /trust/entry.crt
