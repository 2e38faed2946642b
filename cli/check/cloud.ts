import type { OpenStack, ServiceType } from "../../local/openstack-client/client.ts";
import type { Answer } from "./answer.ts";
import { askCompute, type Compute } from "./compute.ts";
import { askImages, type Image } from "./image.ts";
import { askNames, type Names } from "./names.ts";
import { askNetworking, type Networking } from "./network.ts";
import type { Requirements } from "./requirements.ts";
import { askServices } from "./services.ts";
import { askStorage, type Storage } from "./storage.ts";

/** What a cloud says to a project, as far as an estate needs it. */
export interface Cloud {
  /** Id of the project. */
  readonly project: string;
  readonly services: readonly ServiceType[];
  readonly compute: Compute;
  readonly images: Answer<readonly Image[]>;
  readonly networking: Networking;
  readonly storage: Storage;
  readonly names: Names;
}

/** Asks, and changes nothing. @throws Trouble when the cloud cannot be asked */
export async function askCloud(openstack: OpenStack, needs: Requirements): Promise<Cloud> {
  const project = await openstack.projectId();
  const [services, compute, images, networking, storage, names] = await Promise.all([
    askServices(openstack),
    askCompute(openstack),
    askImages(openstack, needs.image),
    askNetworking(openstack, needs),
    askStorage(openstack, needs),
    askNames(openstack, needs),
  ]);
  return { project, services, compute, images, networking, storage, names };
}
