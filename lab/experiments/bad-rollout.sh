#!/bin/sh
# A new version that cannot start: the old one keeps serving, and one command takes the change back.
. "$(dirname "$0")/experiment.sh"

title 'A bad rollout is rolled back'
start_application
service=$(service_address)

explain "Somebody rolls out an image that does not exist. The Deployment adds one pod of the new version and waits for it to \
become Ready before it takes an old one away."
run kubectl -n "$namespace" set image deployment/web web=registry.invalid/web:2
waiting_reasons() { k get pods -l app=web -o jsonpath='{.items[*].status.containerStatuses[*].state.waiting.reason}'; }
cannot_pull() { case $(waiting_reasons) in *ErrImagePull* | *ImagePullBackOff*) ;; *) waiting_reasons; return 1 ;; esac; }
check 'the new pod says that its image cannot be pulled' 30 cannot_pull
run kubectl -n "$namespace" get pods
holds 'the three old pods are still Ready' is 3 ready_replicas
check 'the service answers ten times of ten' 5 answers node-1

explain "kubectl rollout status would wait for ever; kubectl describe, or the events, say why. Then we take the change back.
(Without kubectl: longshore get events, and longshore apply -f with the former manifest.)"
run kubectl -n "$namespace" get events --field-selector type=Warning
run kubectl -n "$namespace" rollout undo deployment/web
check 'the rollout is complete' 30 k rollout status deployment/web --timeout=1s
images() { k get pods -l app=web -o jsonpath='{range .items[*]}{.spec.containers[0].image}{"\n"}{end}' | sort -u; }
check 'only pods of the old version are left' 30 is "$app_image" images
run kubectl -n "$namespace" rollout history deployment/web
check 'the service answers ten times of ten' 5 answers node-1
