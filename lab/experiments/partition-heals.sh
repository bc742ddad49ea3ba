#!/bin/sh
# A node is cut off and comes back: what runs there goes on meanwhile, and nothing runs twice in the end.
. "$(dirname "$0")/experiment.sh"

title 'A partition heals'
start_application
victim=$(node_of_a_pod)
surplus=$(pod_on "$victim")

explain "Beside the application we start one pod on $victim that tolerates five minutes of silence."
sed "s|busybox:1.36|$app_image|; s|NODE|$victim|" "$root/lab/experiments/patient-pod.yaml" | k apply -f -
check 'the patient pod is Ready' 30 k wait --for=condition=Ready pod/patient --timeout=1s
containers_before=$(containers_on "$victim" patient)

explain "We cut every way between $victim and the rest. Nothing on it stops: its agent carries on with what it was told last."
break_part "$victim" partition
check "$victim is lost" 20 node_is "$victim" Ready Unknown
check "three pods are Ready on the other nodes" 30 is 3 ready_replicas
run kubectl -n "$namespace" get pods -o wide
containers_now() { containers_on "$victim" patient; }
holds "the patient pod's container runs on, cut off as it is" is "$containers_before" containers_now

explain "The network is back. $surplus was replaced, so it is surplus now, and the node removes it. The patient pod was not \
replaced: the same container goes on and is Ready again."
repair_part "$victim"
check "$victim is Ready again" 30 node_is "$victim" Ready True
check "$surplus is gone" 30 is_gone "$surplus"
check "$victim runs nothing of it" 10 runs_nothing_of "$victim" "$surplus"
check 'the patient pod is Ready' 15 k wait --for=condition=Ready pod/patient --timeout=1s
holds 'it is still the same container' is "$containers_before" containers_now
run kubectl -n "$namespace" get pods -o wide
