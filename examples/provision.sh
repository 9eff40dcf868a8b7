#!/bin/sh
# An operator's script, as cron would run it: everything in it may be run again, so it is simply run again when it gets 75.
#
#   orchest sandbox shell -- examples/provision.sh                            tries it on nothing
#   orchest sandbox shell --fault status=503@7 -- examples/provision.sh      and with the seventh request failing
set -eu
password=${1:-$HOME/adm1.pw}

# No retries of its own: the sooner it ends with 75, the sooner the scheduler knows.
run() {
    orchest "$@" --retries 1 --no-input
}

run service create smartcity --admin-user adm1 --generate-password --password-out "$password"
for area in energy water; do
    run subservice create "$area" -s smartcity
done
run user create ann bob -s smartcity --no-password
run role grant ServiceCustomer --to-user ann bob -s smartcity
run role grant SubServiceAdmin --to-user bob -s smartcity --inherit
run service check smartcity --admin-user adm1
