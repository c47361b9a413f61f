/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * person - names word by word: titles, then given names and initials, then the
 * family name. The lists hold what in letters and quotations stands beside names
 * with a capital letter.
 */
#include "extract/person.h"

#include "common/utf8.h"

#define PERSON_WORDS_MAX 7

enum person_word {
	PERSON_NONE,     /* ends the name */
	PERSON_TITLE,    /* Dr, Professor */
	PERSON_INITIAL,  /* J., J.K. */
	PERSON_PARTICLE, /* van, de */
	PERSON_NAME,     /* Duffy */
	PERSON_SUFFIX,   /* Jr */
	PERSON_BOTH,     /* May */
	PERSON_OTHER,    /* Director: no name has it */
	PERSON_BODY      /* Council */
};

static const char *const person_titles[] = {
    "Professor",  "Prof",       "Profs",     "Dr",        "Drs",
    "Doctor",     "Mr",         "Mrs",       "Ms",        "Miss",
    "Mx",         "Sir",        "Dame",      "Lord",      "Lady",
    "Baroness",   "Baron",      "Rev",       "Revd",      "Reverend",
    "Cllr",       "Councillor", "Judge",     "Justice",   "Sheriff",
    "Emeritus",   "Emerita",    "Associate", "Assistant", "Adjunct",
    "Athro",      "Yr",         "Hon",       "Rt",        "Captain",
    "Colonel",    "Major",      "Sergeant",  "Inspector", "Superintendent",
    "Ambassador", "Senator",
};

static const char *const person_particles[] = {
    "van", "von", "der", "den", "de",  "del",   "della", "la",  "le",    "du", "di",  "da",
    "das", "dos", "do",  "ap",  "ab",  "ferch", "bin",   "ibn", "al",    "el", "ter", "ten",
    "te",  "y",   "zu",  "af",  "Van", "Von",   "De",    "Del", "Della", "La", "Le",  "Du",
    "Di",  "Da",  "Dos", "Ap",  "Ab",  "Al",    "El",    "Ter", "Ten",
};

static const char *const person_suffixes[] = {"Jr", "Sr", "II", "III", "IV"};

/* Bodies and things: with one of them directly behind it, it was no person's name. */
static const char *const person_bodies[] = {
    "Academy",     "Act",         "Agency",       "Alliance",     "Archive",      "Archives",
    "Assembly",    "Association", "Authorities",  "Authority",    "Award",        "Board",
    "Borough",     "Bureau",      "Campaign",     "Centre",       "Center",       "Charity",
    "City",        "Club",        "College",      "Commission",   "Committee",    "Community",
    "Company",     "Conference",  "Consortium",   "Corporation",  "Council",      "Councils",
    "County",      "Cyngor",      "Department",   "District",     "Division",     "Faculty",
    "Federation",  "Festival",    "Foundation",   "Forum",        "Fund",         "Gallery",
    "Government",  "Group",       "Hospital",     "House",        "Inc",          "Initiative",
    "Institute",   "Journal",     "Kingdom",      "Laboratory",   "Library",      "Limited",
    "Llywodraeth", "Ltd",         "Media",        "Ministry",     "Museum",       "Network",
    "News",        "Office",      "Organisation", "Organization", "Panel",        "Parliament",
    "Partnership", "Plc",         "Police",       "Press",        "Prifysgol",    "Program",
    "Programme",   "Project",     "Report",       "Republic",     "Review",       "Road",
    "Royal",       "School",      "Section",      "Service",      "Services",     "Society",
    "Solutions",   "State",       "States",       "Statement",    "Strategy",     "Street",
    "Studies",     "Study",       "Systems",      "Technology",   "Theatre",      "Times",
    "Trust",       "Union",       "Unit",         "United",       "Universities", "University",
    "Workshop",
};

/* Words of sentences, the calendar, offices and places: they end a name, and begin none. */
static const char *const person_others[] = {
    "A",
    "An",
    "And",
    "As",
    "At",
    "But",
    "By",
    "For",
    "From",
    "He",
    "Her",
    "His",
    "I",
    "If",
    "In",
    "It",
    "Its",
    "My",
    "No",
    "Of",
    "On",
    "Or",
    "Our",
    "She",
    "So",
    "That",
    "The",
    "Their",
    "There",
    "These",
    "They",
    "This",
    "Those",
    "To",
    "We",
    "What",
    "When",
    "Where",
    "Which",
    "While",
    "Who",
    "With",
    "You",
    "Your",
    "Yours",
    "Dear",
    "Sincerely",
    "Faithfully",
    "Regards",
    "Thank",
    "Thanks",
    "Best",
    "Kind",
    "Signed",
    "Cofion",
    "However",
    "Although",
    "After",
    "Before",
    "During",
    "Since",
    "Then",
    "Such",
    "Some",
    "Many",
    "Most",
    "All",
    "January",
    "February",
    "March",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Ionawr",
    "Chwefror",
    "Mawrth",
    "Ebrill",
    "Mai",
    "Mehefin",
    "Gorffennaf",
    "Awst",
    "Medi",
    "Hydref",
    "Tachwedd",
    "Rhagfyr",
    "Academic",
    "Adviser",
    "Advisor",
    "Article",
    "Book",
    "Care",
    "Chair",
    "Chairman",
    "Chairwoman",
    "Chief",
    "Children",
    "Clinical",
    "Co",
    "Commissioner",
    "Consultant",
    "Curator",
    "Deputy",
    "Development",
    "Director",
    "Editor",
    "Education",
    "Engineering",
    "European",
    "Executive",
    "Fellow",
    "General",
    "Global",
    "Head",
    "Headteacher",
    "Health",
    "History",
    "Impact",
    "Information",
    "International",
    "Leader",
    "Lecturer",
    "Letter",
    "Local",
    "Manager",
    "Managing",
    "Medical",
    "Member",
    "Minister",
    "National",
    "New",
    "Northern",
    "Officer",
    "PhD",
    "Policy",
    "President",
    "Principal",
    "Public",
    "Reader",
    "Research",
    "Researcher",
    "Science",
    "Sciences",
    "Scientific",
    "Scottish",
    "Secretary",
    "Senior",
    "Social",
    "South",
    "Southern",
    "Support",
    "Team",
    "Testimonial",
    "Trustee",
    "Vice",
    "Work",
    "British",
    "English",
    "Irish",
    "Welsh",
    "England",
    "Scotland",
    "Wales",
    "Ireland",
    "Britain",
    "Europe",
    "East",
    "Eastern",
    "Western",
    "North",
};

/* Such words that are family names too: only behind one given name. */
static const char *const person_both[] = {
    "May", "June", "April", "Dean", "Law", "West", "London",
};

#define PERSON_HAS(list, word) person_has(list, sizeof(list) / sizeof *(list), word)

static bool
person_has(const char *const *list, size_t n, struct span word)
{
	for (size_t i = 0; i < n; i++)
		if (span_is(word, list[i]))
			return true;
	return false;
}

static bool
person_is_upper(uint32_t cp)
{
	return (cp >= 'A' && cp <= 'Z') || (cp >= 0xc0 && cp <= 0xde && cp != 0xd7) ||
	       (cp >= 0x100 && cp <= 0x17f && cp != 0x131 && cp != 0x138 &&
		(cp <= 0x137 || (cp >= 0x14a && cp <= 0x177) ? cp % 2 == 0 : cp % 2 == 1)) ||
	       (cp >= 0x391 && cp <= 0x3a9) || (cp >= 0x410 && cp <= 0x42f) ||
	       (cp >= 0x1e00 && cp <= 0x1eff && cp % 2 == 0);
}

static bool
person_is_letter(uint32_t cp)
{
	return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') ||
	       (cp >= 0xc0 && cp != 0xd7 && cp != 0xf7 && cp <= 0x24f) ||
	       (cp >= 0x300 && cp <= 0x36f) || (cp >= 0x386 && cp <= 0x52f) ||
	       (cp >= 0x1e00 && cp <= 0x1fff);
}

static bool
person_is_apostrophe(uint32_t cp)
{
	return cp == '\'' || cp == 0x2019;
}

/*
 * The word at the start of `s`: letters, with hyphens and apostrophes between them
 * and full stops after single letters ("J.K."). A possessive 's stays outside.
 */
static struct span
person_word(struct span s)
{
	size_t at = 0, end = 0, run = 0;
	uint32_t cp;

	while (at < s.n) {
		size_t n = utf8_decode(span_sub(s, at, 4), &cp);

		if (person_is_letter(cp)) {
			run++;
			at += n;
			end = at;
			continue;
		}
		if (run == 0)
			break;
		if (cp == '.' && run == 1) {
			at += n;
			end = at;
		} else if (cp == '-' || cp == 0x2010 || cp == 0x2011) {
			at += n;
		} else if (person_is_apostrophe(cp)) {
			struct span rest = span_sub(s, at + n, 8);

			if (rest.n > 0 && rest.p[0] == 's' &&
			    (rest.n == 1 || !person_is_letter((unsigned char)rest.p[1])))
				break;
			at += n;
		} else {
			break;
		}
		run = 0;
	}
	return span_sub(s, 0, end);
}

static enum person_word
person_classify(struct span word, bool titled)
{
	size_t at, letters = 0, uppers = 0;
	uint32_t cp;

	if (word.n == 0)
		return PERSON_NONE;
	if (PERSON_HAS(person_titles, word))
		return PERSON_TITLE;
	if (PERSON_HAS(person_particles, word))
		return PERSON_PARTICLE;
	utf8_decode(word, &cp);
	if (!person_is_upper(cp))
		return PERSON_NONE;
	if (PERSON_HAS(person_suffixes, word))
		return PERSON_SUFFIX;
	if (PERSON_HAS(person_bodies, word))
		return PERSON_BODY;
	if (word.n > 1 && PERSON_HAS(person_others, word))
		return PERSON_OTHER;
	if (PERSON_HAS(person_both, word))
		return PERSON_BOTH;
	for (at = 0; at < word.n;) {
		at += utf8_decode(span_sub(word, at, 4), &cp);
		letters += person_is_letter(cp);
		uppers += person_is_upper(cp);
	}
	if (word.p[word.n - 1] == '.' || letters == 1)
		return PERSON_INITIAL;
	if (letters == uppers) /* an acronym, unless a title says otherwise; "JK Rowling" */
		return titled && letters > 3 ? PERSON_NAME
		       : letters == 2        ? PERSON_INITIAL
					     : PERSON_NONE;
	return PERSON_NAME;
}

/*
 * Where the next word begins: behind blanks, and one line end if `lines` says so.
 * `stop`: a full stop that shortens may stand first. The end when there is none.
 */
static size_t
person_skip(struct span text, size_t at, bool lines, bool stop)
{
	size_t from = at;

	if (stop && at < text.n && text.p[at] == '.')
		from = ++at;
	for (;; at++) {
		if (at < text.n && text.p[at] == '\n' && lines)
			lines = false;
		else if (span_starts(span_sub(text, at, 2), SPAN("\xc2\xa0")))
			at++;
		else if (at >= text.n || text.p[at] != ' ')
			break;
	}
	return at == from && !stop ? text.n : at;
}

/* Titles at the start; returns where the name begins. */
static size_t
person_titles_end(struct span text, struct span *title)
{
	size_t at = 0, end = 0, from;
	struct span word;

	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\n'))
		at++;
	from = at;
	for (;;) {
		word = person_word(span_sub(text, at, text.n));
		if (word.n == 0 ||
		    !(PERSON_HAS(person_titles, word) ||
		      (end == 0 && span_starts(span_sub(text, at, 7), SPAN("The Rt ")))))
			break;
		end = at + word.n;
		at = person_skip(text, end, true, true);
	}
	*title = span_sub(text, from, end > from ? end - from : 0);
	return at;
}

bool
person_parse(struct span text, struct person *out)
{
	size_t begin = person_titles_end(text, &out->title), at = begin, end = begin;
	unsigned names = 0, words = 0, kept = 0; /* kept: words up to the family name */
	bool titled = out->title.n > 0;

	while (words < PERSON_WORDS_MAX && at < text.n) {
		struct span word = person_word(span_sub(text, at, text.n));
		enum person_word type = person_classify(word, titled);

		if (type == PERSON_BODY)
			return false;
		if (type == PERSON_BOTH)
			type = words == 1 || titled ? PERSON_NAME : PERSON_OTHER;
		if (type == PERSON_OTHER && kept < 2 && !titled)
			return false;
		if (type == PERSON_NONE || type == PERSON_OTHER || type == PERSON_TITLE ||
		    (type == PERSON_SUFFIX && kept < 2) ||
		    (type == PERSON_PARTICLE && words == 0 && !titled))
			break;
		words++;
		if (type == PERSON_NAME || type == PERSON_SUFFIX) {
			names += type == PERSON_NAME;
			kept = words;
			end = at + word.n;
		}
		/* a line ends between given name and family name, or behind the whole name */
		at = person_skip(text, at + word.n, kept < 2 && !(titled && names > 0), false);
	}
	out->name = span_sub(text, begin, end - begin);
	return names > 0 && (titled || kept >= 2);
}
