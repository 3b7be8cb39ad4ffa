// SPDX-License-Identifier: LGPL-2.1-or-later
// A population in the form that each name service reads. Private groups of persons are in our own form alone: what the
// others lack there is in their favour. All throw base::Error where the disk refuses. One thread.
#pragma once

#include "tests/bench/names/population.h"

#include <cstdio>
#include <string>

namespace loquet::bench {

/// Ours: what the daemon's own exporter publishes, in a folder that exists.
void publish(const Population& population, const std::string& folder);

/// The floor's: a CDB, written beside, made durable and renamed.
void write_cdb(const Population& population, const std::string& path);

/// passwd(5) and group(5).
void write_passwd(const Population& population, std::FILE* out);
void write_group(const Population& population, std::FILE* out);

/// Entries of RFC 2307 below dc=bench, for slapadd(8).
void write_ldif(const Population& population, std::FILE* out);

/// Lines for `loquetctl account import`, each with a password's hash; nobody knows the password.
void write_json(const Population& population, std::FILE* out);

} // namespace loquet::bench
