// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/pattern.h"
#include "plugins/sms_http/request_form.h"

#include <gtest/gtest.h>
#include <loquet/channel.hpp>

namespace loquet::plugins_sms_http {
namespace {

using Notation = RequestForm::Notation;

std::string written(Notation notation, const std::vector<std::string>& fields, std::string_view text = "Code 1") {
    return RequestForm(notation, fields).write({"+33612345678", text, "9f86", "s3cret"});
}

TEST(ARequest, IsWrittenInEachNotation) {
    EXPECT_EQ(written(Notation::form, {"to={digits}", "key={secret}", "from=LOQUET & co", "text={text}"}),
              "to=33612345678&key=s3cret&from=LOQUET%20%26%20co&text=Code%201");
    EXPECT_EQ(written(Notation::json, {"sms.to[]={number}", "sms.id={reference}", "sms.text={text}", "flash:=false"}),
              R"({"sms":{"to":["+33612345678"],"id":"9f86","text":"Code 1"},"flash":false})");
    EXPECT_EQ(written(Notation::json, {"messages[].to={number}", "messages[].text={text}"}),
              R"({"messages":[{"to":"+33612345678","text":"Code 1"}]})");
    EXPECT_EQ(written(Notation::xml, {"sms.@key={secret}", "sms.to={number}", "sms.body.text={text}"}),
              R"(<?xml version="1.0" encoding="UTF-8"?><sms key="s3cret"><to>+33612345678</to>)"
              R"(<body><text>Code 1</text></body></sms>)");
}

TEST(ARequest, IsNotMadeOfWhatDoesNotGoTogether) {
    const std::vector<std::string> good{"a.to={number}", "a.text={text}"};
    const auto with = [&](const std::string& field) {
        std::vector<std::string> fields = good;
        fields.push_back(field);
        return fields;
    };
    for (const Notation notation : {Notation::query, Notation::form, Notation::json, Notation::xml}) {
        EXPECT_NO_THROW(RequestForm(notation, good));
        EXPECT_THROW(RequestForm(notation, {"a.to={number}"}), sdk::Refusal) << "no text";
        EXPECT_THROW(RequestForm(notation, {"a.text={text}"}), sdk::Refusal) << "no number";
        for (const char* bad : {"a", "=x", "a.b={text} for you", "a.b={unknown}", "a.b={"}) {
            EXPECT_THROW(RequestForm(notation, with(bad)), sdk::Refusal) << bad;
        }
    }
    for (const char* bad : {"a=x", "a.to=x", "a.to.b=x", "a[].b=x", ".a=x", "a.=x", "b:={\"x\":1}", "b:=01", "b:="}) {
        EXPECT_THROW(RequestForm(Notation::json, with(bad)), sdk::Refusal) << bad;
    }
    for (const char* bad : {"b=x", "a.b c=x", "a.<b>=x", "a.1=x", "a.@b.c=x"}) {
        EXPECT_THROW(RequestForm(Notation::xml, with(bad)), sdk::Refusal) << bad;
    }
}

TEST(APattern, FindsItsGroup) {
    EXPECT_TRUE(Pattern("success", "").empty());
    const Pattern pattern("reference", "id: ([0-9]+)");
    EXPECT_EQ(pattern.match("ok\nid: 42\n"), "42");
    EXPECT_EQ(pattern.match(""), std::nullopt);
    EXPECT_EQ(Pattern("success", "^ok").match(std::string_view("ok\0x", 4)), "ok");
    EXPECT_THROW(Pattern("success", "("), sdk::Refusal);
}

} // namespace
} // namespace loquet::plugins_sms_http
