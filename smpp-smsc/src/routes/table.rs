//! Routes that can be changed while messages come and go.

use std::sync::{Arc, PoisonError, RwLock};

use super::Routes;

/// The routes as they are now.
#[derive(Debug, Default)]
pub(crate) struct RouteTable {
    routes: RwLock<Arc<Routes>>,
}

impl RouteTable {
    pub(crate) fn new(routes: Routes) -> Self {
        Self {
            routes: RwLock::new(Arc::new(routes)),
        }
    }

    pub(crate) fn replace(&self, routes: Routes) {
        let mut current = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(routes);
    }

    pub(crate) fn current(&self) -> Arc<Routes> {
        let current = self.routes.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
