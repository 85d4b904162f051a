//! Uploads in parts: what is sent is an object only when they are completed.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::objects::{Contents, Object, etag};
use super::xml;
use crate::vendor::{Reply, Request};

/// The least that all parts but the last may have.
const PART_BYTES_MIN: usize = 5 << 20;

/// An upload under way.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    key: String,
    parts: BTreeMap<usize, Bytes>,
}

impl Contents {
    pub(super) fn begin_upload(&mut self, key: &str) -> Reply {
        self.uploads_begun += 1;
        let id = format!("upload-{}", self.uploads_begun);
        let upload = Upload { key: key.to_owned(), parts: BTreeMap::new() };
        self.uploads.insert(id.clone(), upload);
        xml::reply(200, "InitiateMultipartUploadResult", &[("Key", key), ("UploadId", &id)])
    }

    pub(super) fn put_part(
        &mut self,
        key: &str,
        id: &str,
        request: &Request,
    ) -> Result<Reply, Reply> {
        let upload = self.upload(key, id)?;
        let number = request.parameter("partNumber").and_then(|number| number.parse().ok());
        let number = number.filter(|number| (1..=10_000).contains(number)).ok_or_else(|| {
            xml::error(400, "InvalidArgument", "Part number must be between 1 and 10000")
        })?;
        let mut reply = Reply::new(200, xml::CONTENT_TYPE, "");
        reply.headers.push(("etag".to_owned(), etag(&request.body)));
        upload.parts.insert(number, request.body.clone());
        Ok(reply)
    }

    pub(super) fn complete(
        &mut self,
        key: &str,
        id: &str,
        request: &Request,
    ) -> Result<Reply, Reply> {
        let upload = self.upload(key, id)?;
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let numbers = xml::texts(&body, "PartNumber");
        let tags = xml::texts(&body, "ETag").into_iter().map(xml::unescaped);
        let listed: Vec<(usize, String)> =
            numbers.iter().filter_map(|number| number.parse().ok()).zip(tags).collect();
        let held: Vec<(usize, String)> =
            upload.parts.iter().map(|(number, part)| (*number, etag(part))).collect();
        if listed != held || held.is_empty() {
            let message = "One or more of the specified parts could not be found";
            return Err(xml::error(400, "InvalidPart", message));
        }
        let parts: Vec<&Bytes> = upload.parts.values().collect();
        let all_but_last = &parts[..parts.len() - 1];
        if all_but_last.iter().any(|part| part.len() < PART_BYTES_MIN) {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err(xml::error(400, "EntityTooSmall", message));
        }
        let whole: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
        let object = Object::new(whole.into());
        let inner = [("Key", key), ("ETag", object.etag.as_str())];
        let reply = xml::reply(200, "CompleteMultipartUploadResult", &inner);
        self.objects.insert(key.to_owned(), object);
        self.uploads.remove(id);
        Ok(reply)
    }

    pub(super) fn abort(&mut self, key: &str, id: &str) -> Result<Reply, Reply> {
        self.upload(key, id)?;
        self.uploads.remove(id);
        Ok(Reply::new(204, xml::CONTENT_TYPE, ""))
    }

    fn upload(&mut self, key: &str, id: &str) -> Result<&mut Upload, Reply> {
        let found = self.uploads.get_mut(id).filter(|upload| upload.key == key);
        found.ok_or_else(|| {
            xml::error(404, "NoSuchUpload", "The specified multipart upload does not exist.")
        })
    }
}
