#!/bin/sh
# Stands in for the Kubernetes program: says how it was called, and stays.
echo "estate-reason: called with $* on $(hostname)"
exec sleep 1000000
