// SPDX-License-Identifier: Apache-2.0
//
// Made by config/embed.py; do not edit. A test compares it with the directory.
#include "CShipped.h"

// C23's #embed, which this compiler knows in every dialect.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_0[] = {
#embed "../../config/policies/holidays/au.toml"
};
static const unsigned char file_1[] = {
#embed "../../config/policies/holidays/fr.toml"
};
static const unsigned char file_2[] = {
#embed "../../config/policies/holidays/us-al.toml"
};
static const unsigned char file_3[] = {
#embed "../../config/policies/holidays/us-any.toml"
};
static const unsigned char file_4[] = {
#embed "../../config/policies/holidays/us-federal.toml"
};
static const unsigned char file_5[] = {
#embed "../../config/policies/holidays/us-la.toml"
};
static const unsigned char file_6[] = {
#embed "../../config/policies/holidays/us-ms.toml"
};
static const unsigned char file_7[] = {
#embed "../../config/policies/holidays/us-pa.toml"
};
static const unsigned char file_8[] = {
#embed "../../config/policies/holidays/us-ri.toml"
};
static const unsigned char file_9[] = {
#embed "../../config/policies/holidays/us-ut.toml"
};
static const unsigned char file_10[] = {
#embed "../../config/policies/places/countries.csv"
};
static const unsigned char file_11[] = {
#embed "../../config/policies/places/phones.csv"
};
static const unsigned char file_12[] = {
#embed "../../config/policies/places/regions.csv"
};
static const unsigned char file_13[] = {
#embed "../../config/policies/presets/au-sms.toml"
};
static const unsigned char file_14[] = {
#embed "../../config/policies/presets/au-voice.toml"
};
static const unsigned char file_15[] = {
#embed "../../config/policies/presets/br.toml"
};
static const unsigned char file_16[] = {
#embed "../../config/policies/presets/ca-sms-strict.toml"
};
static const unsigned char file_17[] = {
#embed "../../config/policies/presets/ca-sms.toml"
};
static const unsigned char file_18[] = {
#embed "../../config/policies/presets/ca-voice.toml"
};
static const unsigned char file_19[] = {
#embed "../../config/policies/presets/de.toml"
};
static const unsigned char file_20[] = {
#embed "../../config/policies/presets/default.toml"
};
static const unsigned char file_21[] = {
#embed "../../config/policies/presets/fr-sms-operator.toml"
};
static const unsigned char file_22[] = {
#embed "../../config/policies/presets/fr-sms.toml"
};
static const unsigned char file_23[] = {
#embed "../../config/policies/presets/fr-voice.toml"
};
static const unsigned char file_24[] = {
#embed "../../config/policies/presets/gb.toml"
};
static const unsigned char file_25[] = {
#embed "../../config/policies/presets/ie.toml"
};
static const unsigned char file_26[] = {
#embed "../../config/policies/presets/in-sms.toml"
};
static const unsigned char file_27[] = {
#embed "../../config/policies/presets/kz.toml"
};
static const unsigned char file_28[] = {
#embed "../../config/policies/presets/mx.toml"
};
static const unsigned char file_29[] = {
#embed "../../config/policies/presets/nl.toml"
};
static const unsigned char file_30[] = {
#embed "../../config/policies/presets/nz.toml"
};
static const unsigned char file_31[] = {
#embed "../../config/policies/presets/us-al.toml"
};
static const unsigned char file_32[] = {
#embed "../../config/policies/presets/us-ct.toml"
};
static const unsigned char file_33[] = {
#embed "../../config/policies/presets/us-default.toml"
};
static const unsigned char file_34[] = {
#embed "../../config/policies/presets/us-fl.toml"
};
static const unsigned char file_35[] = {
#embed "../../config/policies/presets/us-il.toml"
};
static const unsigned char file_36[] = {
#embed "../../config/policies/presets/us-ky.toml"
};
static const unsigned char file_37[] = {
#embed "../../config/policies/presets/us-la.toml"
};
static const unsigned char file_38[] = {
#embed "../../config/policies/presets/us-ma.toml"
};
static const unsigned char file_39[] = {
#embed "../../config/policies/presets/us-md.toml"
};
static const unsigned char file_40[] = {
#embed "../../config/policies/presets/us-me.toml"
};
static const unsigned char file_41[] = {
#embed "../../config/policies/presets/us-mi.toml"
};
static const unsigned char file_42[] = {
#embed "../../config/policies/presets/us-mn.toml"
};
static const unsigned char file_43[] = {
#embed "../../config/policies/presets/us-ms.toml"
};
static const unsigned char file_44[] = {
#embed "../../config/policies/presets/us-nj-strict.toml"
};
static const unsigned char file_45[] = {
#embed "../../config/policies/presets/us-nj.toml"
};
static const unsigned char file_46[] = {
#embed "../../config/policies/presets/us-nm.toml"
};
static const unsigned char file_47[] = {
#embed "../../config/policies/presets/us-nv.toml"
};
static const unsigned char file_48[] = {
#embed "../../config/policies/presets/us-ok.toml"
};
static const unsigned char file_49[] = {
#embed "../../config/policies/presets/us-pa-strict.toml"
};
static const unsigned char file_50[] = {
#embed "../../config/policies/presets/us-pa.toml"
};
static const unsigned char file_51[] = {
#embed "../../config/policies/presets/us-ri.toml"
};
static const unsigned char file_52[] = {
#embed "../../config/policies/presets/us-sd.toml"
};
static const unsigned char file_53[] = {
#embed "../../config/policies/presets/us-strictest.toml"
};
static const unsigned char file_54[] = {
#embed "../../config/policies/presets/us-tx.toml"
};
static const unsigned char file_55[] = {
#embed "../../config/policies/presets/us-ut.toml"
};
static const unsigned char file_56[] = {
#embed "../../config/policies/presets/us-va.toml"
};
static const unsigned char file_57[] = {
#embed "../../config/policies/presets/us-wa.toml"
};
static const unsigned char file_58[] = {
#embed "../../config/policies/presets/us-wy.toml"
};
static const unsigned char file_59[] = {
#embed "../../config/policies/presets/us.toml"
};
static const unsigned char file_60[] = {
#embed "../../config/providers/aws-sms.toml"
};
static const unsigned char file_61[] = {
#embed "../../config/providers/aws-sns.toml"
};
static const unsigned char file_62[] = {
#embed "../../config/providers/close.toml"
};
static const unsigned char file_63[] = {
#embed "../../config/providers/dynamics.toml"
};
static const unsigned char file_64[] = {
#embed "../../config/providers/hubspot.toml"
};
static const unsigned char file_65[] = {
#embed "../../config/providers/messagebird.toml"
};
static const unsigned char file_66[] = {
#embed "../../config/providers/pipedrive.toml"
};
static const unsigned char file_67[] = {
#embed "../../config/providers/plivo.toml"
};
static const unsigned char file_68[] = {
#embed "../../config/providers/salesforce.toml"
};
static const unsigned char file_69[] = {
#embed "../../config/providers/sinch.toml"
};
static const unsigned char file_70[] = {
#embed "../../config/providers/telnyx.toml"
};
static const unsigned char file_71[] = {
#embed "../../config/providers/twilio.toml"
};
static const unsigned char file_72[] = {
#embed "../../config/providers/vonage-sms.toml"
};
static const unsigned char file_73[] = {
#embed "../../config/providers/vonage.toml"
};
static const unsigned char file_74[] = {
#embed "../../config/providers/webhook.toml"
};
static const unsigned char file_75[] = {
#embed "../../config/providers/zendesk-sell.toml"
};
static const unsigned char file_76[] = {
#embed "../../config/providers/zoho.toml"
};

static const struct {
    const char *name;
    const unsigned char *bytes;
    size_t size;
} files[] = {
    {"holidays/au.toml", file_0, sizeof file_0},
    {"holidays/fr.toml", file_1, sizeof file_1},
    {"holidays/us-al.toml", file_2, sizeof file_2},
    {"holidays/us-any.toml", file_3, sizeof file_3},
    {"holidays/us-federal.toml", file_4, sizeof file_4},
    {"holidays/us-la.toml", file_5, sizeof file_5},
    {"holidays/us-ms.toml", file_6, sizeof file_6},
    {"holidays/us-pa.toml", file_7, sizeof file_7},
    {"holidays/us-ri.toml", file_8, sizeof file_8},
    {"holidays/us-ut.toml", file_9, sizeof file_9},
    {"places/countries.csv", file_10, sizeof file_10},
    {"places/phones.csv", file_11, sizeof file_11},
    {"places/regions.csv", file_12, sizeof file_12},
    {"presets/au-sms.toml", file_13, sizeof file_13},
    {"presets/au-voice.toml", file_14, sizeof file_14},
    {"presets/br.toml", file_15, sizeof file_15},
    {"presets/ca-sms-strict.toml", file_16, sizeof file_16},
    {"presets/ca-sms.toml", file_17, sizeof file_17},
    {"presets/ca-voice.toml", file_18, sizeof file_18},
    {"presets/de.toml", file_19, sizeof file_19},
    {"presets/default.toml", file_20, sizeof file_20},
    {"presets/fr-sms-operator.toml", file_21, sizeof file_21},
    {"presets/fr-sms.toml", file_22, sizeof file_22},
    {"presets/fr-voice.toml", file_23, sizeof file_23},
    {"presets/gb.toml", file_24, sizeof file_24},
    {"presets/ie.toml", file_25, sizeof file_25},
    {"presets/in-sms.toml", file_26, sizeof file_26},
    {"presets/kz.toml", file_27, sizeof file_27},
    {"presets/mx.toml", file_28, sizeof file_28},
    {"presets/nl.toml", file_29, sizeof file_29},
    {"presets/nz.toml", file_30, sizeof file_30},
    {"presets/us-al.toml", file_31, sizeof file_31},
    {"presets/us-ct.toml", file_32, sizeof file_32},
    {"presets/us-default.toml", file_33, sizeof file_33},
    {"presets/us-fl.toml", file_34, sizeof file_34},
    {"presets/us-il.toml", file_35, sizeof file_35},
    {"presets/us-ky.toml", file_36, sizeof file_36},
    {"presets/us-la.toml", file_37, sizeof file_37},
    {"presets/us-ma.toml", file_38, sizeof file_38},
    {"presets/us-md.toml", file_39, sizeof file_39},
    {"presets/us-me.toml", file_40, sizeof file_40},
    {"presets/us-mi.toml", file_41, sizeof file_41},
    {"presets/us-mn.toml", file_42, sizeof file_42},
    {"presets/us-ms.toml", file_43, sizeof file_43},
    {"presets/us-nj-strict.toml", file_44, sizeof file_44},
    {"presets/us-nj.toml", file_45, sizeof file_45},
    {"presets/us-nm.toml", file_46, sizeof file_46},
    {"presets/us-nv.toml", file_47, sizeof file_47},
    {"presets/us-ok.toml", file_48, sizeof file_48},
    {"presets/us-pa-strict.toml", file_49, sizeof file_49},
    {"presets/us-pa.toml", file_50, sizeof file_50},
    {"presets/us-ri.toml", file_51, sizeof file_51},
    {"presets/us-sd.toml", file_52, sizeof file_52},
    {"presets/us-strictest.toml", file_53, sizeof file_53},
    {"presets/us-tx.toml", file_54, sizeof file_54},
    {"presets/us-ut.toml", file_55, sizeof file_55},
    {"presets/us-va.toml", file_56, sizeof file_56},
    {"presets/us-wa.toml", file_57, sizeof file_57},
    {"presets/us-wy.toml", file_58, sizeof file_58},
    {"presets/us.toml", file_59, sizeof file_59},
    {"providers/aws-sms.toml", file_60, sizeof file_60},
    {"providers/aws-sns.toml", file_61, sizeof file_61},
    {"providers/close.toml", file_62, sizeof file_62},
    {"providers/dynamics.toml", file_63, sizeof file_63},
    {"providers/hubspot.toml", file_64, sizeof file_64},
    {"providers/messagebird.toml", file_65, sizeof file_65},
    {"providers/pipedrive.toml", file_66, sizeof file_66},
    {"providers/plivo.toml", file_67, sizeof file_67},
    {"providers/salesforce.toml", file_68, sizeof file_68},
    {"providers/sinch.toml", file_69, sizeof file_69},
    {"providers/telnyx.toml", file_70, sizeof file_70},
    {"providers/twilio.toml", file_71, sizeof file_71},
    {"providers/vonage-sms.toml", file_72, sizeof file_72},
    {"providers/vonage.toml", file_73, sizeof file_73},
    {"providers/webhook.toml", file_74, sizeof file_74},
    {"providers/zendesk-sell.toml", file_75, sizeof file_75},
    {"providers/zoho.toml", file_76, sizeof file_76},
};

size_t shipped_count(void) { return sizeof files / sizeof files[0]; }
const char *shipped_name(size_t index) { return files[index].name; }
const unsigned char *shipped_bytes(size_t index, size_t *size) {
    *size = files[index].size;
    return files[index].bytes;
}
