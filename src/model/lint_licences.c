/* lint: ids of licences that SPDX has, as far as software for Linux uses them. */
#include "model/lint_checks.h"

#include "base/text.h"

static const char *const licences[] = {"0BSD", "AFL-2.1", "AFL-3.0", "AGPL-1.0-only",
	"AGPL-1.0-or-later", "AGPL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "APSL-2.0",
	"Apache-1.0", "Apache-1.1", "Apache-2.0", "Artistic-1.0", "Artistic-1.0-Perl",
	"Artistic-2.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-2-Clause-Patent", "BSD-3-Clause",
	"BSD-3-Clause-Clear", "BSD-4-Clause", "BSD-Source-Code", "BSL-1.0", "BUSL-1.1",
	"Bitstream-Vera", "BlueOak-1.0.0", "CAL-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-NC-4.0",
	"CC-BY-NC-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0",
	"CC0-1.0", "CDDL-1.0", "CDDL-1.1", "CECILL-2.1", "CECILL-B", "CECILL-C", "CPL-1.0",
	"ClArtistic", "ECL-2.0", "EFL-2.0", "EPL-1.0", "EPL-2.0", "EUPL-1.1", "EUPL-1.2",
	"Elastic-2.0", "FSFAP", "FTL", "GFDL-1.3-only", "GFDL-1.3-or-later", "GPL-1.0-only",
	"GPL-1.0-or-later", "GPL-2.0", "GPL-2.0+", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0",
	"GPL-3.0+", "GPL-3.0-only", "GPL-3.0-or-later", "HPND", "ICU", "IJG", "IPL-1.0", "ISC",
	"ImageMagick", "LGPL-2.0-only", "LGPL-2.0-or-later", "LGPL-2.1", "LGPL-2.1+",
	"LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0", "LGPL-3.0+", "LGPL-3.0-only",
	"LGPL-3.0-or-later", "LPPL-1.3c", "Libpng", "MIT", "MIT-0", "MPL-1.0", "MPL-1.1", "MPL-2.0",
	"MPL-2.0-no-copyleft-exception", "MS-PL", "MS-RL", "MirOS", "MulanPSL-2.0", "NCSA", "NONE",
	"NOASSERTION", "NPL-1.1", "OFL-1.0", "OFL-1.1", "OLDAP-2.8", "OSL-3.0", "OpenSSL",
	"PHP-3.01", "PSF-2.0", "PolyForm-Noncommercial-1.0.0", "PostgreSQL", "Python-2.0",
	"QPL-1.0", "Ruby", "SGI-B-2.0", "SISSL", "SSPL-1.0", "Sleepycat", "Spencer-94", "TCL",
	"UPL-1.0", "Unicode-DFS-2016", "Unlicense", "Vim", "W3C", "WTFPL", "X11", "XFree86-1.1",
	"Zend-2.0", "Zlib", "ZPL-2.1", "bzip2-1.0.6", "curl", "libpng-2.0", "libtiff",
	"zlib-acknowledgement", NULL};

bool lint_is_licence(struct span id, const char **nearest)
{
	*nearest = NULL;
	if (span_starts(id, "LicenseRef-") || span_starts(id, "DocumentRef-"))
		return true;
	for (size_t i = 0; licences[i]; i++)
		if (span_is_text(id, licences[i]))
			return true;
	*nearest = text_nearest(id, licences);
	return false;
}
