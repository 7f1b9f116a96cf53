import type { CdnFileHeaders } from '../../../types/cdn.ts';

/** The headers an object is served with, as S3 names them. */
export function wireHeaders({ contentType, cacheControl, contentDisposition }: CdnFileHeaders) {
  return {
    ContentType: contentType,
    ...(cacheControl !== undefined && { CacheControl: cacheControl }),
    ...(contentDisposition !== undefined && { ContentDisposition: contentDisposition }),
  };
}
