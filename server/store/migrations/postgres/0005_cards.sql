-- Members change what others see of them. What is not given stays; entries keep the author of their time.

CREATE FUNCTION club_member_update_1(given_key bigint, given_name text, given_title text, given_company text,
                                     given_country text, given_about text, given_offers text, given_seeks text,
                                     given_sectors text, given_languages text, given_now bigint,
                                     OUT reason text, OUT club_head bigint, OUT its_member member)
LANGUAGE plpgsql AS $$
DECLARE
  was member;
BEGIN
  PERFORM club_hold_1();
  SELECT * INTO was FROM member m WHERE m.key = given_key;
  IF was.key IS NULL THEN
    reason := 'not_found';
    RETURN;
  END IF;
  IF was.disabled <> 0 THEN
    reason := 'forbidden';
    RETURN;
  END IF;
  its_member := was;
  its_member.name := coalesce(given_name, was.name);
  its_member.title := coalesce(given_title, was.title, '');
  its_member.company := coalesce(given_company, was.company, '');
  its_member.country := coalesce(given_country, was.country, '');
  its_member.about := coalesce(given_about, was.about, '');
  its_member.offers := coalesce(given_offers, was.offers, '');
  its_member.seeks := coalesce(given_seeks, was.seeks, '');
  its_member.sectors := coalesce(given_sectors, was.sectors);
  its_member.languages := coalesce(given_languages, was.languages);
  IF (its_member.name, its_member.company, its_member.country)
      IS DISTINCT FROM (was.name, coalesce(was.company, ''), coalesce(was.country, '')) THEN
    INSERT INTO author (member, name, country, company)
      VALUES (was.key, its_member.name, its_member.country, its_member.company) RETURNING key INTO its_member.author;
  END IF;
  IF (its_member.author, its_member.title, its_member.about, its_member.offers, its_member.seeks, its_member.sectors,
      its_member.languages)
      IS DISTINCT FROM (was.author, coalesce(was.title, ''), coalesce(was.about, ''), coalesce(was.offers, ''),
                        coalesce(was.seeks, ''), was.sectors, was.languages) THEN
    UPDATE member m SET name = its_member.name, title = its_member.title, company = its_member.company,
      country = its_member.country, about = its_member.about, offers = its_member.offers, seeks = its_member.seeks,
      sectors = its_member.sectors, languages = its_member.languages, author = its_member.author
      WHERE m.key = was.key;
    club_head := club_add_1(2, was.key, NULL, NULL, given_now);
  END IF;
END $$;
