//! stub, to be replaced

use super::resource::Resource;

/// A resource type with its model types erased.
pub struct ErasedResource;

/// Erases the model types of a resource.
pub fn erase<R: Resource>(_resource: R) -> ErasedResource {
    ErasedResource
}
