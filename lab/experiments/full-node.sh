#!/bin/sh
# A node whose disk is full, and a pod that fits nowhere: both say so, and new pods go where there is room.
. "$(dirname "$0")/experiment.sh"

title 'A full node'
start_application
victim=$(node_of_a_pod)

explain "We fill the disk of $victim to the last block. Its agent sees that less than a tenth is left and reports \
DiskPressure; the control plane taints the node."
break_part "$victim" disk-full
check "$victim reports DiskPressure" 20 node_is "$victim" DiskPressure True
tainted() { kubectl get node "$victim" -o jsonpath='{.spec.taints[*].key}' | grep node.kubernetes.io/disk-pressure; }
check "$victim is tainted" 10 tainted
run kubectl describe node "$victim" | sed -n '/^Taints/,/^Unsch/p; /^Conditions/,/^Addresses/p'

explain "New pods keep away from it."
run kubectl -n "$namespace" scale deployment/web --replicas=6
check 'six pods are Ready' 60 is 6 ready_replicas
run kubectl -n "$namespace" get pods -o wide
running_on_victim() { k get pods -l app=web --field-selector "spec.nodeName=$victim,status.phase=Running" --no-headers 2>/dev/null | wc -l; }
holds "none of the new ones is on $victim" is 1 running_on_victim

explain "A cluster can be full in another way: this pod asks for a thousand processors. It stays Pending and says why."
run kubectl -n "$namespace" run giant --image="$app_image" --restart=Never \
  --overrides='{"spec":{"containers":[{"name":"giant","image":"'"$app_image"'","resources":{"requests":{"cpu":"1000"}}}]}}'
why_pending() { k get pod giant -o jsonpath='{.status.conditions[?(@.type=="PodScheduled")].message}'; }
says_why() { why_pending | grep 'Insufficient cpu'; }
check 'the pod says Insufficient cpu' 10 says_why
run kubectl -n "$namespace" get events --field-selector reason=FailedScheduling

explain "We make room on the disk of $victim. (Without kubectl: longshore describe node $victim.)"
repair_part "$victim"
check "$victim has no DiskPressure" 20 node_is "$victim" DiskPressure False
not_tainted() { ! tainted; }
check "$victim is not tainted any more" 10 not_tainted
run kubectl -n "$namespace" scale deployment/web --replicas=9
check 'nine pods are Ready' 60 is 9 ready_replicas
more_than_one() { [ "$(running_on_victim)" -gt 1 ]; }
holds "$victim got new ones" more_than_one
