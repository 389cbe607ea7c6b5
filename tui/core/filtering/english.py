"""The commonest words of English that hardly occur in other languages written in Latin letters."""

from __future__ import annotations

# By their frequency in subtitles, news, and the web: none is an eighth as common in any of 26
# other languages as in English, beyond what those quote of English.
_OWN = (
    "ability able about above absolutely according across added addition additional after again "
    "against age ago ahead all allow allowed almost alone along already although always amazing "
    "among amount and announced annual another answer anymore anyone anything approach areas "
    "around ask asked asking associated author available away awesome back based battle beautiful "
    "became because become been before began beginning behind being believe below better between "
    "beyond biggest born both bought bring broken brought build built but buy call called calling "
    "calls came can cannot carry cars caught caused century certainly changed changes child "
    "children choose claim clean clear clearly closed comes coming companies compared completely "
    "congress considered continued costs could countries country crazy created current currently "
    "cut daily damage daughter days dead decided decision definitely described designed despite "
    "developed did died difference different difficult directly does doing done doubt down "
    "driving during each earlier early easily easy eight either election else ended enough entire "
    "equipment especially established eventually ever every everyone everything evidence exactly "
    "example except expected explain eyes fact fear features feel feels few fight finally "
    "financial finished first five follow followed following forget forward found four french "
    "friday from fully fun funny further future generally get gets getting given giving goal "
    "goals goes going gone gonna good got gotta government great greater ground groups grow "
    "growing growth guess guy hands happen happened happens has having head hear heard helped "
    "here higher highly him himself his history hope hour hours how however huge hurt husband if "
    "immediately included includes including income increase increased inside instead insurance "
    "interest interested interesting into involved issues it its itself january join keep kept "
    "key kill killed killing knew know knowledge known knows lack largest laws leading learn "
    "least leave leaving left less levels likely lines literally little lived lives living longer "
    "look looked looking looks lose lost lot lots loved low lower made majority make makes making "
    "many marriage married matter maybe mean means meant meet members might military missing "
    "money more move moved movement moving much must myself named names near nearly necessary "
    "need needed needs never next nobody none not nothing now numbers off often oil older once "
    "one ones only opportunity or other others otherwise our out outside overall own paid "
    "particularly passed pay people perhaps pick piece played players playing please policy "
    "political poor posted pretty previous price prices primary probably problems products "
    "programs property protect provide provided published quality quick quickly quite range rates "
    "rather reach read ready really reason reasons received recently related released remember "
    "reported reports required response result results return right rules run running safety said "
    "say saying says schools see seeing seem seems seen sell serious seriously several shall she "
    "ship shot should shown significant simply since sleep small society sold some someone "
    "something sometimes soon sounds speak speaking spend started starting statement states step "
    "still straight strong students stuff stupid success successful such support supposed sure "
    "take takes taking talking tax tell telling terms than thank thanks that the their them "
    "themselves then there these they thing things think thinking this those though thought three "
    "through throughout thus time today together told tomorrow too took towards town treatment "
    "true truth try trying turn turned two understand unless until up upon use used using usually "
    "value various very visit wait waiting wanna wanted wants watch watching way ways wear weeks "
    "weight well went were what whatever when where whether which while who whole whose why wide "
    "wife win winning with within without woman women work worked workers working works worse "
    "worst worth would write writing written wrong wrote years yes yesterday yet you your "
    "yourself"
)
# Common ones that other languages have too: they count, but prove nothing.
_SHARED = "a an are as at be by for have i in is it of on or to was we"
# The commonest of Nigerian Pidgin, most of whose other words are English ones.
_PIDGIN = "abeg abi dat dem dey di dis na pikin sabi sey una wetin wey"

OWN = frozenset(_OWN.split())
COMMON = OWN | frozenset(_SHARED.split())
PIDGIN = frozenset(_PIDGIN.split())
