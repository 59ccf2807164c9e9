import { byName, countryName, sectorName } from '../app/names.js';
import { facts } from '../app/session.js';
import { languageName, t } from '../app/texts.js';
import type { Member } from '../protocol/types.js';

/** What a member says of the business; `known`: what was said before. */
export function BusinessFields({ known }: { known?: Member }) {
  const { countries, sectors, languages } = facts.value ?? { countries: [], sectors: [], languages: [] };
  return (
    <>
      <label class="field">
        <span>
          {t('field.company')} <span class="optional">{t('field.optional')}</span>
        </span>
        <input name="company" maxLength={100} autocomplete="organization" dir="auto" defaultValue={known?.company} />
      </label>
      <label class="field">
        <span>
          {t('field.country')} <span class="optional">{t('field.optional')}</span>
        </span>
        <select name="country">
          <option value="">{t('field.country.none')}</option>
          {byName(countries, (country) => countryName(country.code)).map(({ code }) => (
            <option key={code} value={code} selected={code === known?.country}>
              {countryName(code)}
            </option>
          ))}
        </select>
      </label>
      <Choices
        legend={t('field.sectors')}
        name="sectors"
        chosen={known?.sectors}
        values={byName(sectors, (sector) => sectorName(sector.slug)).map(({ slug }) => [slug, sectorName(slug)])}
      />
      <Choices
        legend={t('field.languages')}
        name="languages"
        chosen={known?.languages}
        values={languages.map((code) => [code, languageName(code)])}
      />
    </>
  );
}

interface ChoicesProps {
  legend: string;
  name: string;
  values: [string, string][];
  chosen: string[] | undefined;
}

function Choices({ legend, name, values, chosen }: ChoicesProps) {
  return (
    <fieldset class="choices">
      <legend>
        {legend} <span class="optional">{t('field.optional')}</span>
      </legend>
      {values.map(([value, label]) => (
        <label key={value} class="check">
          <input type="checkbox" name={name} value={value} defaultChecked={chosen?.includes(value)} />{' '}
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
