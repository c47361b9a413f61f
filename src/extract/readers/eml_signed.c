/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_signed - the mail inside an opaque S/MIME signature (CMS, RFC 5652).
 *
 *   ContentInfo { signedData, [0] SignedData { version, algorithms,
 *     EncapsulatedContentInfo { data, [0] OCTET STRING }, … } }
 *
 * The signature is not checked: that would need certificates, and says nothing of the
 * words. Only the way to the octets is walked, in BER with lengths of either kind.
 */
#include "extract/readers/eml.h"

#define SIGNED_DEPTH_MAX 16 /* octet strings in octet strings */

#define DER_SEQUENCE    0x30
#define DER_SET         0x31
#define DER_INTEGER     0x02
#define DER_OID         0x06
#define DER_OCTETS      0x04
#define DER_OCTETS_MANY 0x24 /* in pieces */
#define DER_CONTEXT_0   0xa0

/*
 * Takes the tag and length in front of `in`. *content is what follows; with a length that is
 * not said (BER) all that is left, *open then true: it ends with two zero bytes.
 */
static bool
signed_take(struct span *in, unsigned char *tag, struct span *content, bool *open)
{
	size_t n = 0, length = 0, bytes;

	if (in->n < 2)
		return false;
	*tag = (unsigned char)in->p[0];
	bytes = (unsigned char)in->p[1];
	n = 2;
	*open = bytes == 0x80;
	if (bytes < 0x80) {
		length = bytes;
	} else if (!*open) {
		bytes &= 0x7f;
		if (bytes > 4 || in->n < 2 + bytes)
			return false;
		for (; n < 2 + bytes; n++)
			length = length << 8 | (unsigned char)in->p[n];
	}
	/* A file that is cut off still has most of its mail. */
	*content = span_sub(*in, n, *open ? in->n : length);
	*in = *open ? (struct span){0} : span_sub(*in, n + content->n, in->n);
	return true;
}

/* Goes into the element with this tag; what follows it is forgotten. */
static bool
signed_enter(struct span *in, unsigned char wanted)
{
	unsigned char tag;
	struct span content;
	bool open;

	if (!signed_take(in, &tag, &content, &open) || tag != wanted)
		return false;
	*in = content;
	return true;
}

/* Steps over an element with a said length (those without one stand behind what we want). */
static bool
signed_skip(struct span *in, unsigned char wanted)
{
	unsigned char tag;
	struct span content;
	bool open;

	return signed_take(in, &tag, &content, &open) && tag == wanted && !open;
}

/* An octet string, in one piece or in many. False: no more of them. */
static bool
signed_octets(struct span *in, unsigned depth, struct buf *out)
{
	unsigned char tag;
	struct span content;
	bool open;

	if (depth > SIGNED_DEPTH_MAX || span_starts(*in, SPAN("\0\0")))
		return false;
	if (!signed_take(in, &tag, &content, &open))
		return false;
	if (tag == DER_OCTETS && !open) {
		buf_put_span(out, content);
		return true;
	}
	if (tag != DER_OCTETS_MANY)
		return false;
	while (content.n > 0 && signed_octets(&content, depth + 1, out))
		;
	if (open) /* goes on behind the two zero bytes */
		*in = span_sub(content, 2, content.n);
	return true;
}

enum eml_signed
eml_signed_content(struct span der, struct buf *out)
{
	/* 1.2.840.113549.1.7.2 (signedData) and .3 (envelopedData) */
	static const char oid[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
	struct span in = der;

	if (!signed_enter(&in, DER_SEQUENCE) || !span_starts(in, span_of(oid)) || in.n < 12)
		return EML_UNKNOWN;
	if (in.p[10] == 3)
		return EML_ENVELOPED;
	if (in.p[10] != 2)
		return EML_UNKNOWN;
	in = span_sub(in, 11, in.n);
	if (!signed_enter(&in, DER_CONTEXT_0) || !signed_enter(&in, DER_SEQUENCE) ||
	    !signed_skip(&in, DER_INTEGER) || !signed_skip(&in, DER_SET) ||
	    !signed_enter(&in, DER_SEQUENCE) || !signed_skip(&in, DER_OID) ||
	    !signed_enter(&in, DER_CONTEXT_0))
		return EML_UNKNOWN;
	while (in.n > 0 && signed_octets(&in, 0, out))
		;
	return out->n > 0 ? EML_SIGNED : EML_UNKNOWN;
}
