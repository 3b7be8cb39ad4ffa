// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/names/population.h"

#include <algorithm>

namespace loquet::bench {

namespace {

struct Word {
    const char* login;
    const char* display;
};

constexpr std::array<Word, 32> given_names{
    {{"camille", "Camille"},     {"elodie", "Élodie"},     {"rene", "René"},         {"zoe", "Zoé"},
     {"francois", "François"},   {"ines", "Inès"},         {"jerome", "Jérôme"},     {"lea", "Léa"},
     {"marie-eve", "Marie-Ève"}, {"noel", "Noël"},         {"aurelien", "Aurélien"}, {"beatrice", "Béatrice"},
     {"celine", "Céline"},       {"damien", "Damien"},     {"etienne", "Étienne"},   {"gaelle", "Gaëlle"},
     {"helene", "Hélène"},       {"ismael", "Ismaël"},     {"juliette", "Juliette"}, {"kevin", "Kévin"},
     {"loic", "Loïc"},           {"mathilde", "Mathilde"}, {"nadia", "Nadia"},       {"oceane", "Océane"},
     {"patrice", "Patrice"},     {"quentin", "Quentin"},   {"raphael", "Raphaël"},   {"solene", "Solène"},
     {"thibault", "Thibault"},   {"ursule", "Ursule"},     {"valerie", "Valérie"},   {"yannick", "Yannick"}}};

constexpr std::array<Word, 32> family_names{
    {{"moreau", "Moreau"},     {"lefevre", "Lefèvre"},   {"bezier", "Bézier"},     {"dupre", "Dupré"},
     {"garcon", "Garçon"},     {"hebert", "Hébert"},     {"leveque", "Lévêque"},   {"martin", "Martin"},
     {"noyer", "Noyer"},       {"pages", "Pagès"},       {"rousseau", "Rousseau"}, {"saint-cyr", "Saint-Cyr"},
     {"tremblay", "Tremblay"}, {"vasseur", "Vasseur"},   {"aubert", "Aubert"},     {"blanchet", "Blanchet"},
     {"chretien", "Chrétien"}, {"delaunay", "Delaunay"}, {"fabre", "Fabre"},       {"guerin", "Guérin"},
     {"joly", "Joly"},         {"keller", "Keller"},     {"legrand", "Legrand"},   {"menard", "Ménard"},
     {"ollivier", "Ollivier"}, {"perrot", "Perrot"},     {"renard", "Renard"},     {"seguin", "Séguin"},
     {"thery", "Théry"},       {"valles", "Vallès"},     {"weber", "Weber"},       {"yvon", "Yvon"}}};

constexpr std::uint32_t pairs = given_names.size() * family_names.size();
constexpr std::uint32_t apart = 613; ///< odd, so that it goes through all pairs: neighbours have little in common

const Word& given(std::uint32_t i) {
    return given_names[i * apart % pairs % given_names.size()];
}

const Word& family(std::uint32_t i) {
    return family_names[i * apart % pairs / given_names.size()];
}

std::string login_name(std::uint32_t i) {
    std::string name = std::string(given(i).login) + "." + family(i).login;
    if (i >= pairs) {
        name += std::to_string(i / pairs + 1);
    }
    return name;
}

} // namespace

Population::Population(std::uint32_t persons) : groups_(std::max<std::uint32_t>(groups_of_a_person, persons / 10)) {
    names_.reserve(persons);
    for (std::uint32_t i = 0; i < persons; ++i) {
        names_.push_back(login_name(i));
    }
}

std::string Population::display_name(std::uint32_t i) {
    return std::string(given(i).display) + " " + family(i).display;
}

std::uint32_t Population::group_of(std::uint32_t i, std::size_t k) const {
    return static_cast<std::uint32_t>((i + k * (groups_ / groups_of_a_person)) % groups_);
}

Population::Groups Population::groups_of(std::uint32_t i) const {
    Groups gids{};
    for (std::size_t k = 0; k < gids.size(); ++k) {
        gids[k] = gid(group_of(i, k));
    }
    return gids;
}

std::vector<std::string> Population::members_of(std::uint32_t j) const {
    std::vector<std::string> members;
    for (std::size_t k = 0; k < groups_of_a_person; ++k) {
        const auto shift = static_cast<std::uint32_t>(k * (groups_ / groups_of_a_person));
        for (std::uint32_t i = (j + groups_ - shift) % groups_; i < persons(); i += groups_) {
            members.push_back(names_[i]);
        }
    }
    return members;
}

} // namespace loquet::bench
