//! Country codes.

/// Every officially assigned code of ISO 3166-1 alpha-2 in lower case, as of November 2026.
/// Source: <https://www.iso.org/obp/ui/#search/code/>
const ASSIGNED: &str = "\
    ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz \
    ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fm fo fr \
    ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp \
    ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt \
    mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw \
    sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz \
    ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

/// Whether a text has the form of a code: two letters of any case.
pub(crate) fn is_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a code is assigned to a country.
pub(crate) fn is_assigned(code: &str) -> bool {
    ASSIGNED
        .split_whitespace()
        .any(|assigned| assigned.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::{ASSIGNED, is_assigned, is_code};

    #[test]
    fn the_table_is_the_standard() {
        let codes: Vec<_> = ASSIGNED.split_whitespace().collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted());
        assert!(codes.iter().all(|code| is_code(code)));
    }

    #[test]
    fn namibia_is_a_country_and_not_an_empty_answer() {
        for code in ["NA", "na", "us", "DE", "gb"] {
            assert!(is_assigned(code), "{code}");
        }
        for code in ["uk", "eu", "xx", "usa", ""] {
            assert!(!is_assigned(code), "{code}");
        }
    }
}
