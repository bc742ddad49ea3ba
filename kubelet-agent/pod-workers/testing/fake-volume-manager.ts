import type { PodAssignment } from '../../../proto/gen/longshore/node/v1/pod.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { VolumeManager } from '../../volumes/volume-manager.js';

/** Volumes in name only. Knobs: what fails, and what containers leave in their termination logs. */
export class FakeVolumeManager implements VolumeManager {
  readonly pods = new Set<string>();
  readonly messages = new Map<string, string>();
  failure: string | undefined;
  /** How often volumes of any pod were prepared. */
  prepared = 0;

  prepare({ pod, spec }: PodAssignment): Promise<ReadonlyMap<string, string>> {
    if (this.failure !== undefined) return Promise.reject(new LongshoreError('NotFound', this.failure));
    this.prepared += 1;
    this.pods.add(pod?.uid ?? '');
    return Promise.resolve(new Map((spec?.volumes ?? []).map(({ name }) => [name, `/pods/${pod?.uid ?? ''}/${name}`])));
  }

  prepareNetworkFiles(): Promise<{ hosts: string; hostname: string; resolvConf: string }> {
    return Promise.resolve({ hosts: '/pods/hosts', hostname: '/pods/hostname', resolvConf: '/pods/resolv.conf' });
  }

  prepareTerminationLog(podUid: string, containerName: string, attempt: number): Promise<string> {
    return Promise.resolve(`/pods/${podUid}/${containerName}/${attempt}`);
  }

  readTerminationLog(_podUid: string, containerName: string, attempt: number): Promise<string> {
    return Promise.resolve(this.messages.get(`${containerName}/${attempt}`) ?? '');
  }

  remove(podUid: string): Promise<void> {
    this.pods.delete(podUid);
    return Promise.resolve();
  }

  list(): Promise<string[]> {
    return Promise.resolve([...this.pods]);
  }
}
