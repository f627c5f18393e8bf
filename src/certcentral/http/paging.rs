//! Lists of the API, page by page.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::call::Call;
use super::client::Client;
use super::error::Error;
use crate::certcentral::flexible;

/// Largest page that the API gives.
const MAX_PAGE_SIZE: u32 = 1000;
/// Pages that are read of one list at most: a server that repeats itself must not hold us for ever.
pub(crate) const MAX_PAGES: usize = 200;

/// Where a page stands in its list; empty lists come without.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Page {
    #[serde(default, deserialize_with = "flexible::needed::integer")]
    pub(crate) total: Option<i64>,
}

/// The answer of a list endpoint: the whole list, or one page of it.
pub(crate) trait Listing: DeserializeOwned {
    /// What is listed.
    type Item;

    /// The member that holds the items.
    const MEMBER: &'static str;

    /// Returns the items, and what the answer says about the list.
    fn into_parts(self) -> (Vec<Self::Item>, Option<Page>);
}

/// Declares the answer of a list endpoint by its name and the member that holds the items.
macro_rules! listing {
    ($(#[$doc:meta])* $name:ident { $member:ident: $item:ty }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Deserialize)]
        pub(crate) struct $name {
            #[serde(default, deserialize_with = "crate::certcentral::flexible::needed::list")]
            pub(crate) $member: Vec<$item>,
            #[serde(default, deserialize_with = "crate::certcentral::flexible::needed::object")]
            pub(crate) page: Option<crate::certcentral::http::paging::Page>,
        }

        impl crate::certcentral::http::paging::Listing for $name {
            type Item = $item;

            const MEMBER: &'static str = stringify!($member);

            fn into_parts(self) -> (Vec<$item>, Option<crate::certcentral::http::paging::Page>) {
                (self.$member, self.page)
            }
        }
    };
}

pub(crate) use listing;

/// Reads a list out of its answer.
fn listed<L: Listing>(answer: Answer) -> Result<L, Error> {
    answer.listed(L::MEMBER)
}

impl Client {
    /// Reads a list that comes in one answer.
    pub(crate) async fn whole_list<L: Listing>(
        &self,
        call: Call<'_>,
    ) -> Result<Vec<L::Item>, Error> {
        let list = self.call(call, listed::<L>).await?;
        Ok(list.into_parts().0)
    }

    /// Reads a list that fits on a page. None if it does not.
    pub(crate) async fn only_page<L: Listing>(
        &self,
        call: Call<'_>,
    ) -> Result<Option<Vec<L::Item>>, Error> {
        let path = call.path();
        let call = call
            .with_query("offset", 0)
            .with_query("limit", MAX_PAGE_SIZE);
        let (items, page) = self.call(call, listed::<L>).await?.into_parts();
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let total = page.and_then(|page| page.total).unwrap_or(count);
        if count == 0 && total > 0 {
            return Err(Error::ItemsMissing { path, total });
        }
        let is_all = count >= total && count < i64::from(MAX_PAGE_SIZE);
        Ok(is_all.then_some(items))
    }

    /// Reads a list page by page until its total is reached or a page is empty. Without a total,
    /// the first page is all. Items may go while it is read, but a list that begins with none of
    /// what it has is no proof that there is nothing.
    pub(crate) async fn all_pages<L: Listing>(
        &self,
        call: Call<'_>,
    ) -> Result<Vec<L::Item>, Error> {
        let mut items = Vec::new();
        for _ in 0..MAX_PAGES {
            let page = call
                .clone()
                .with_query("offset", items.len())
                .with_query("limit", MAX_PAGE_SIZE);
            let (page_items, page) = self.call(page, listed::<L>).await?.into_parts();
            let is_empty = page_items.is_empty();
            items.extend(page_items);
            let total = page.and_then(|page| page.total).unwrap_or(0);
            if items.is_empty() && total > 0 {
                let path = call.path();
                return Err(Error::ItemsMissing { path, total });
            }
            if is_empty || i64::try_from(items.len()).is_ok_and(|count| count >= total) {
                return Ok(items);
            }
        }
        Err(Error::TooManyPages {
            path: call.path(),
            pages: MAX_PAGES,
        })
    }
}
