#!/bin/sh
# A node loses power: its pods are replaced elsewhere, and the service goes on.
. "$(dirname "$0")/experiment.sh"

title 'A node dies'
start_application
service=$(service_address)
victim=$(node_of_a_pod)
lost_pod=$(pod_on "$victim")
if [ "$victim" = node-1 ]; then witness=node-2; else witness=node-1; fi

explain "We switch off $victim, where $lost_pod runs. The control plane hears nothing more from it; after 8 s of silence it \
calls the node lost."
break_part "$victim" kill
check "$victim is lost" 20 node_is "$victim" Ready Unknown
run kubectl get nodes

explain "A lost node's pods are given up after two more seconds, and the ReplicaSet makes new ones elsewhere. (Elsewhere one \
waits five minutes; Longshore's default is short, and tolerationSeconds of a pod changes it.) The old pod stays in the list as \
Terminating: nobody can tell yet whether it really stopped.
Without kubectl: longshore get pods -o wide."
check 'three pods are Ready on the other nodes' 30 is 3 ready_replicas
run kubectl -n "$namespace" get pods -o wide
check "$witness reaches the service ten times of ten" 5 answers "$witness"

explain "Power is back. The node finds its certificate and its images on its disk, hears that its pod is not wanted any more, \
and removes what is left of it."
repair_part "$victim"
check "$victim is Ready again" 60 node_is "$victim" Ready True
check "$lost_pod is gone" 30 is_gone "$lost_pod"
check "$victim runs nothing of it" 10 runs_nothing_of "$victim" "$lost_pod"
