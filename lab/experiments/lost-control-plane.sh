#!/bin/sh
# The control plane is gone: nothing that runs notices, and nothing is lost when it is back.
. "$(dirname "$0")/experiment.sh"

title 'A lost control plane'
start_application
service=$(service_address)
home=$(node_of_a_pod)
pod=$(pod_on "$home")
pods_and_nodes() { k get pods -l app=web -o jsonpath='{range .items[*]}{.metadata.uid}{" "}{.spec.nodeName}{"\n"}{end}' | sort; }
pods_before=$(pods_and_nodes)

explain "We kill the control plane. kubectl has nobody to talk to now; the nodes go on with what they were told last."
break_part control-plane kill
api_is_silent() { ! kubectl get --raw /readyz --request-timeout=2s; }
holds 'the API does not answer' api_is_silent
check 'the service answers ten times of ten' 5 answers "$home"

explain "Even repairs go on: we kill the process of $pod, and its node starts it again by itself."
first_containers=$(containers_on "$home" "$pod")
longshore lab shell "$home" -- docker kill "$(longshore lab shell "$home" -- docker ps -q --filter "name=longshore_web_$pod")" >/dev/null
has_a_new_container() { now=$(containers_on "$home" "$pod") && [ "$(echo "$now" | wc -l)" = 2 ] && [ "$now" != "$first_containers" ]; }
check 'the container runs again, without a control plane' 30 has_a_new_container

explain "The control plane is back, with every object as it was: it kept them on its disk. The nodes connect within two seconds; \
none is judged before it has had time to speak, so no pod is moved."
repair_part control-plane
check 'the API answers' 30 kubectl get --raw /readyz
check 'all pods are Ready' 30 is 3 ready_replicas
restarts() { k get pod "$pod" -o jsonpath='{.status.containerStatuses[0].restartCount}'; }
check 'the restart of meanwhile is counted' 15 is 1 restarts
holds 'they are the same pods on the same nodes' is "$pods_before" pods_and_nodes

explain "A control plane that hears nobody is another matter: are all nodes dead, or is it cut off itself? We cut it off."
break_part control-plane partition
no_node_speaks() { ! kubectl get nodes --no-headers | grep -v NotReady; }
check 'all nodes are lost to it' 30 no_node_speaks
run kubectl get nodes
explain "When more than 55 % of the nodes fall silent at once it suspects its own network, says so in an event, and evicts \
nothing, however long it takes. We wait for twice as long as it would take otherwise."
brake_is_on() { kubectl -n default get events --field-selector reason=EvictionBrakeOn --no-headers | grep EvictionBrakeOn; }
check 'an event says that the brake is on' 10 brake_is_on
sleep 4
holds 'no pod was given up' is "$pods_before" pods_and_nodes
repair_part control-plane
ready_nodes() { kubectl get nodes --no-headers | grep -cw Ready; }
nodes=$(kubectl get nodes --no-headers | wc -l)
check 'all nodes are Ready again' 30 is "$nodes" ready_nodes
check 'all pods are Ready' 30 is 3 ready_replicas
holds 'they are the same pods on the same nodes' is "$pods_before" pods_and_nodes
