// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/pam/application.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace loquet::bench {

namespace {

int converse(int count, const pam_message** messages, pam_response** responses, void* self) {
    auto* answers = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
    if (answers == nullptr) {
        return PAM_BUF_ERR;
    }
    for (int i = 0; i < count; ++i) {
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF || messages[i]->msg_style == PAM_PROMPT_ECHO_ON) {
            answers[i].resp = ::strdup(static_cast<const Person*>(self)->password.c_str());
        }
    }
    *responses = answers;
    return PAM_SUCCESS;
}

std::shared_ptr<std::deque<Person>> read_people(const std::string& name) {
    auto people = std::make_shared<std::deque<Person>>();
    std::ifstream file(name);
    for (Person person; file >> person.user >> person.password;) {
        people->push_back(person);
    }
    if (people->empty()) {
        throw std::runtime_error("nobody is in " + name);
    }
    return people;
}

Person next_of(const Login& login) {
    if (!login.people) {
        return login.person;
    }
    if (login.people->empty()) {
        throw std::runtime_error("more attempts than people");
    }
    Person next = login.people->front();
    login.people->pop_front();
    return next;
}

} // namespace

std::vector<Login> read_logins(const std::vector<std::string>& words) {
    if (words.empty() || words.size() % 4 != 0) {
        throw std::invalid_argument("a login is FOLDER SERVICE USER PASSWORD");
    }
    std::vector<Login> logins;
    for (std::size_t i = 0; i < words.size(); i += 4) {
        Login login{words[i], words[i + 1], {words[i + 2], words[i + 3]}};
        if (login.person.user == "@") {
            login.people = read_people(login.person.password);
        }
        logins.push_back(std::move(login));
    }
    return logins;
}

int log_in(const Login& login, bool authenticate_only, const std::function<void()>& before_end) {
    Person person = next_of(login);
    const pam_conv conversation{converse, &person};
    pam_handle_t* handle = nullptr;
    int result =
        pam_start_confdir(login.service.c_str(), person.user.c_str(), &conversation, login.folder.c_str(), &handle);
    if (result == PAM_SUCCESS) {
        result = pam_authenticate(handle, PAM_SILENT);
    }
    if (result == PAM_SUCCESS && !authenticate_only) {
        result = pam_acct_mgmt(handle, PAM_SILENT);
    }
    if (before_end) {
        before_end();
    }
    if (handle != nullptr) {
        (void)pam_end(handle, result);
    }
    return result;
}

} // namespace loquet::bench
