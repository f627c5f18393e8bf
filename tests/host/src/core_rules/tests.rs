//! Tables of good and bad answers, one per rule.
