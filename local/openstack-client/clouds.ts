import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { Trouble } from "../say.ts";

/** One entry of a `clouds.yaml`, as far as this client understands it. */
export interface Cloud {
  /** Of keystone, with or without `/v3`. */
  readonly authUrl: string;
  readonly credentials: Credentials;
  /** Which endpoints of the catalog to use. @default any */
  readonly region?: string;
  /** @default public */
  readonly interface: "public" | "internal" | "admin";
}

export type Credentials = Password | ApplicationCredential;

/** A user with a password, and the project to work in. */
export interface Password {
  readonly kind: "password";
  readonly username: string;
  readonly password: string;
  readonly userDomain: Named;
  readonly project: Named & { readonly domain: Named };
}

/** An application credential knows its project by itself. */
export interface ApplicationCredential {
  readonly kind: "application credential";
  readonly id: string;
  readonly secret: string;
}

/** Keystone takes either. */
export interface Named {
  readonly id?: string;
  readonly name?: string;
}

/**
 * Reads one cloud of a `clouds.yaml`.
 *
 * Throws `Trouble` when the file or the entry is missing, or asks for something this client does not do.
 */
export async function readCloud(file: string, name: string): Promise<Cloud> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new Trouble(`${file} cannot be read (${error.message}); it says where OpenStack is and how to log in`);
  });
  return parseCloud(text, name, file);
}

/** The same, from the text of the file. `file` is only for messages. */
export function parseCloud(text: string, name: string, file = "clouds.yaml"): Cloud {
  const clouds = (parse(text) as { clouds?: Record<string, Entry> } | null)?.clouds ?? {};
  const entry = clouds[name];
  if (!entry) {
    throw new Trouble(`${file} has no cloud '${name}', only: ${Object.keys(clouds).join(", ") || "none"}`);
  }
  if (entry.cacert && !process.env.NODE_EXTRA_CA_CERTS) {
    throw new Trouble(
      `${file}, cloud '${name}': 'cacert' is not read here; set NODE_EXTRA_CA_CERTS=${entry.cacert} as well`,
    );
  }
  const need = (field: keyof Auth): string => {
    const value = entry.auth?.[field];
    if (value === undefined) throw new Trouble(`${file}, cloud '${name}': auth.${field} is missing`);
    return String(value);
  };
  return {
    authUrl: need("auth_url"),
    credentials: credentialsOf(entry, need),
    ...(entry.region_name && { region: entry.region_name }),
    interface: entry.interface ?? "public",
  };
}

function credentialsOf(entry: Entry, need: (field: keyof Auth) => string): Credentials {
  const auth = entry.auth ?? {};
  if (entry.auth_type === "v3applicationcredential" || auth.application_credential_id !== undefined) {
    return {
      kind: "application credential",
      id: need("application_credential_id"),
      secret: need("application_credential_secret"),
    };
  }
  return {
    kind: "password",
    username: need("username"),
    password: need("password"),
    userDomain: named(auth.user_domain_id, auth.user_domain_name),
    project: {
      ...(auth.project_id === undefined ? { name: need("project_name") } : { id: auth.project_id }),
      domain: named(auth.project_domain_id, auth.project_domain_name),
    },
  };
}

function named(id: string | undefined, name: string | undefined): Named {
  if (id !== undefined) return { id };
  return name === undefined ? { id: "default" } : { name };
}

interface Auth {
  readonly auth_url?: string;
  readonly username?: string;
  readonly password?: string;
  readonly user_domain_id?: string;
  readonly user_domain_name?: string;
  readonly project_id?: string;
  readonly project_name?: string;
  readonly project_domain_id?: string;
  readonly project_domain_name?: string;
  readonly application_credential_id?: string;
  readonly application_credential_secret?: string;
}

interface Entry {
  readonly auth?: Auth;
  readonly auth_type?: string;
  readonly region_name?: string;
  readonly interface?: Cloud["interface"];
  readonly cacert?: string;
}
