BEGIN TRANSACTION;
CREATE TABLE regulars_events (
	seq INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	actor_kind TEXT NOT NULL, 
	action TEXT NOT NULL, 
	reason TEXT, 
	diff TEXT, 
	record_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	content_sha256 TEXT NOT NULL, 
	record_sha256 TEXT NOT NULL, 
	prev_event_sha256 TEXT, 
	event_sha256 TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(record_id) REFERENCES regulars_records (record_id), 
	UNIQUE (prev_event_sha256), 
	UNIQUE (event_sha256)
);
INSERT INTO "regulars_events" VALUES(1,'2024-07-01T12:00:00Z','regulars narrate','system','generated',NULL,NULL,'46c6adadff9e53d3','draft','0b3378523104af59f4302d222659be369c068abdd4b904a4632e9d7ad03f0c31','46c6adadff9e53d37a879ad3b77a0cd0001f078dbe4aabc41590b688b5e951a8',NULL,'5096b53c1f6d85bc5dfe51c0233605ca24bbeab32f4fa6214f7e0b8fcfad5caa');
INSERT INTO "regulars_events" VALUES(2,'2024-07-01T12:00:00Z','regulars narrate','system','checked',NULL,NULL,'46c6adadff9e53d3','draft','0b3378523104af59f4302d222659be369c068abdd4b904a4632e9d7ad03f0c31','46c6adadff9e53d37a879ad3b77a0cd0001f078dbe4aabc41590b688b5e951a8','5096b53c1f6d85bc5dfe51c0233605ca24bbeab32f4fa6214f7e0b8fcfad5caa','d61de5974602ce81aa15defec94555869f777dadf4df5342c20b1add2b8e8bfa');
INSERT INTO "regulars_events" VALUES(3,'2024-07-01T12:00:00Z','regulars narrate','system','generated',NULL,NULL,'4f94523df316c2a9','draft','a9cf3ca7a4c118a65f7f2a617d522dd22be72993605f51461c12732da5dd9427','4f94523df316c2a9d45c054d8c761ef1f58628534fed154b0a8348ff3a8e0ea4','d61de5974602ce81aa15defec94555869f777dadf4df5342c20b1add2b8e8bfa','9567acb26e186626fc947e07a7c244e656549d4dfbf2c05f7e1860870ee073c1');
INSERT INTO "regulars_events" VALUES(4,'2024-07-01T12:00:00Z','regulars narrate','system','checked',NULL,NULL,'4f94523df316c2a9','draft','a9cf3ca7a4c118a65f7f2a617d522dd22be72993605f51461c12732da5dd9427','4f94523df316c2a9d45c054d8c761ef1f58628534fed154b0a8348ff3a8e0ea4','9567acb26e186626fc947e07a7c244e656549d4dfbf2c05f7e1860870ee073c1','dd7787b7018add7caaf678d19a1264cb54f5298d3d8bdae3d90f32acf412b158');
INSERT INTO "regulars_events" VALUES(5,'2024-07-01T12:00:00Z','regulars narrate','system','generated',NULL,NULL,'3ce1dd79e7de2381','draft','1203c842de4baac713747a7e25fdfef5a635f5c0effa18b699a5b98decc7e394','3ce1dd79e7de23813c82a4fb1f1e87ae967d8792e45eeeb13684ae29ff3b13f0','dd7787b7018add7caaf678d19a1264cb54f5298d3d8bdae3d90f32acf412b158','e38986d0b4fbfb68c587b18151a67fdb56a2d002df9c12665f2662506c5584d8');
INSERT INTO "regulars_events" VALUES(6,'2024-07-01T12:00:00Z','regulars narrate','system','checked',NULL,NULL,'3ce1dd79e7de2381','checks_failed','1203c842de4baac713747a7e25fdfef5a635f5c0effa18b699a5b98decc7e394','3ce1dd79e7de23813c82a4fb1f1e87ae967d8792e45eeeb13684ae29ff3b13f0','e38986d0b4fbfb68c587b18151a67fdb56a2d002df9c12665f2662506c5584d8','8778d2a265f545d20a8754372d189293d1fb5dbfb8ada2b1a7a1dbd0495e5ed1');
CREATE TABLE regulars_records (
	record_id TEXT NOT NULL, 
	segmentation TEXT NOT NULL, 
	segment_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	audience TEXT NOT NULL, 
	locale TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	run_id TEXT NOT NULL, 
	facts_sha256 TEXT NOT NULL, 
	content_sha256 TEXT NOT NULL, 
	record_sha256 TEXT NOT NULL, 
	document TEXT NOT NULL, 
	PRIMARY KEY (record_id), 
	UNIQUE (segmentation, segment_id, kind, audience, locale, version)
);
INSERT INTO "regulars_records" VALUES('46c6adadff9e53d3','rfm','champions','profile','internal','en',1,'2024-06-30-0123456789ab','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','0b3378523104af59f4302d222659be369c068abdd4b904a4632e9d7ad03f0c31','46c6adadff9e53d37a879ad3b77a0cd0001f078dbe4aabc41590b688b5e951a8','{"checks":[{"claims":[{"computed":12.1,"evidence":{"champions.share":12.1},"span":[0,9],"verdict":"supported"}],"name":"claims","ran_at":"2024-07-01T12:00:00Z","result":"pass","version":"1"}],"content":{"ai_generated_label":false,"audience":"internal","disclosures":[],"kind":"profile","locale":"en","segment_id":"champions","segmentation":"rfm","sha256":"0b3378523104af59f4302d222659be369c068abdd4b904a4632e9d7ad03f0c31","text":"Champions are 12 % of customers.","version":1},"facts":{"as_of":"2024-06-30","min_cohort":11,"period":{"end":"2024-06-30","start":"2023-07-01"},"schema":"segment-facts/1","segmentation_run":"2024-06-30-0123456789ab","sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","suppressed_cells":2},"generation":{"engine":"template"}}');
INSERT INTO "regulars_records" VALUES('4f94523df316c2a9','rfm','champions','profile','internal','en',2,'2024-06-30-0123456789ab','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','a9cf3ca7a4c118a65f7f2a617d522dd22be72993605f51461c12732da5dd9427','4f94523df316c2a9d45c054d8c761ef1f58628534fed154b0a8348ff3a8e0ea4','{"checks":[{"claims":[{"computed":12.1,"evidence":{"champions.share":12.1},"span":[0,9],"verdict":"supported"}],"name":"claims","ran_at":"2024-07-01T12:00:00Z","result":"pass","version":"1"}],"content":{"ai_generated_label":false,"audience":"internal","disclosures":[],"draft":{"claims":[1.5]},"kind":"profile","locale":"en","parent_sha256":"0b3378523104af59f4302d222659be369c068abdd4b904a4632e9d7ad03f0c31","segment_id":"champions","segmentation":"rfm","sha256":"a9cf3ca7a4c118a65f7f2a617d522dd22be72993605f51461c12732da5dd9427","text":"Champions buy every week – «often».","version":2},"facts":{"as_of":"2024-06-30","min_cohort":11,"period":{"end":"2024-06-30","start":"2023-07-01"},"schema":"segment-facts/1","segmentation_run":"2024-06-30-0123456789ab","sha256":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","suppressed_cells":2},"generation":{"engine":"template"}}');
INSERT INTO "regulars_records" VALUES('3ce1dd79e7de2381','rfm','at_risk','profile','internal','en',1,'2024-06-30-0123456789ab','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','1203c842de4baac713747a7e25fdfef5a635f5c0effa18b699a5b98decc7e394','3ce1dd79e7de23813c82a4fb1f1e87ae967d8792e45eeeb13684ae29ff3b13f0','{"checks":[{"claims":[{"computed":12.1,"evidence":{"champions.share":12.1},"span":[0,9],"verdict":"contradicted"}],"name":"claims","ran_at":"2024-07-01T12:00:00Z","result":"fail","version":"1"}],"content":{"ai_generated_label":false,"audience":"internal","disclosures":[],"kind":"profile","locale":"en","segment_id":"at_risk","segmentation":"rfm","sha256":"1203c842de4baac713747a7e25fdfef5a635f5c0effa18b699a5b98decc7e394","text":"At-risk customers have gone quiet.","version":1},"facts":{"as_of":"2024-06-30","min_cohort":11,"period":{"end":"2024-06-30","start":"2023-07-01"},"schema":"segment-facts/1","segmentation_run":"2024-06-30-0123456789ab","sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","suppressed_cells":2},"generation":{"engine":"template"}}');
CREATE TABLE regulars_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT regulars_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "regulars_version" VALUES('1');
CREATE INDEX regulars_records_by_run ON regulars_records (run_id);
CREATE INDEX ix_regulars_events_record_id ON regulars_events (record_id);
CREATE TRIGGER regulars_records_no_update before update on regulars_records begin select raise(abort, 'regulars_records is append-only'); end;
CREATE TRIGGER regulars_records_no_delete before delete on regulars_records begin select raise(abort, 'regulars_records is append-only'); end;
CREATE TRIGGER regulars_events_no_update before update on regulars_events begin select raise(abort, 'regulars_events is append-only'); end;
CREATE TRIGGER regulars_events_no_delete before delete on regulars_events begin select raise(abort, 'regulars_events is append-only'); end;
CREATE TRIGGER regulars_records_no_replace before insert on regulars_records when exists (select 1 from regulars_records as old where old.record_id = new.record_id or (old.segmentation = new.segmentation and old.segment_id = new.segment_id and old.kind = new.kind and old.audience = new.audience and old.locale = new.locale and old.version = new.version)) begin select raise(abort, 'regulars_records is append-only'); end;
CREATE TRIGGER regulars_events_no_replace before insert on regulars_events when exists (select 1 from regulars_events as old where old.seq >= new.seq or old.prev_event_sha256 = new.prev_event_sha256 or old.event_sha256 = new.event_sha256) begin select raise(abort, 'regulars_events is append-only'); end;
COMMIT;
