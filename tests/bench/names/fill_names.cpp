// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows P1 to P6, P20 and P21: a population in the form that a name service reads (population.h, forms.h).
//   fill_names passwd|group|ldif|json COUNT    on standard output
//   fill_names directory COUNT FOLDER
//   fill_names cdb COUNT FILE
#include "tests/bench/names/forms.h"
#include "tests/bench/program.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace loquet::bench; // NOLINT(google-build-using-namespace): a program of one file

void fill(const std::vector<std::string>& words) {
    const std::string& form = words.at(0);
    const Population population(static_cast<std::uint32_t>(std::stoul(words.at(1))));
    if (form == "passwd") {
        write_passwd(population, stdout);
    } else if (form == "group") {
        write_group(population, stdout);
    } else if (form == "ldif") {
        write_ldif(population, stdout);
    } else if (form == "json") {
        write_json(population, stdout);
    } else if (form == "directory") {
        publish(population, words.at(2));
    } else if (form == "cdb") {
        write_cdb(population, words.at(2));
    } else {
        throw std::invalid_argument("fill_names passwd|group|ldif|json|directory|cdb COUNT [PLACE]");
    }
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, fill);
}
