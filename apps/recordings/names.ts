/** The application, and its claim: what pods name that have the store. */
export const name = "recordings";

/** The folder of the volume that is exported: what is beside it, such as the file system's `lost+found`, is nobody else's. */
export const folder = "store";
