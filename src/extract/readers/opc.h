/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * opc - what Word documents, slides and workbooks of today have in common: parts
 * that name others by relations, and the document's properties.
 */
#pragma once

#include "extract/readers/package.h"

#define OPC_NAME_BYTES    300  /* of a member or an id */
#define OPC_TARGET_BYTES  4096 /* of an address */
#define OPC_RELATIONS_MAX 100000
#define OPC_DEPTH_MAX     300 /* of XML; libxml2 ends at 256 */

struct opc_relation {
	const char *id, *type; /* the type ends as opc_type_ends() tells */
	const char *target;    /* of an external one the address, else as the part says it */
	bool external;
};

/* Does the relation's type end like this ("/hyperlink")? Years and publishers in front differ. */
bool opc_type_ends(const struct opc_relation *r, const char *end);

/* Where `target` is, as seen from the member `from`; leads nowhere when it is too long. */
void opc_resolve(const char *from, const char *target, char out[OPC_NAME_BYTES]);

/* The name of the member with the relations of the member `part`. */
void opc_relations_name(const char *part, char out[OPC_NAME_BYTES]);

/* Calls `on` with each relation in an opened member, to its end. Errors as package_next(). */
MUST_CHECK enum err opc_each_in(struct package_xml *x,
				void (*on)(void *ctx, const struct opc_relation *r), void *ctx);
/* The same of the member called `name`; one that is missing has none. */
MUST_CHECK enum err opc_each(const struct reader_input *in, const char *name,
			     void (*on)(void *ctx, const struct opc_relation *r), void *ctx);

/* Title, author, dates … from the member `name` (empty or missing: none) into `b`. */
MUST_CHECK enum err opc_put_core(const struct reader_input *in, const char *name,
				 struct builder *b);

/* The attribute that names a relation ("r:id"), not the element's own id. False: there is none. */
bool opc_attribute(const struct package_xml *x, const char *local_name, char to[OPC_NAME_BYTES]);

/*
 * What newer programs show in one way and older ones in another stands there in both:
 * true for an element, at that depth, of which another way was read already.
 */
struct opc_alternates {
	bool taken[OPC_DEPTH_MAX]; /* by depth */
};
bool opc_is_other_way(struct opc_alternates *a, const struct package_xml *x, size_t depth);
