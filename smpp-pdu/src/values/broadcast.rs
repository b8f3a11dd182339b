//! Cell broadcast, new in SMPP 5.0.

wire_number! {
    /// First octet of `broadcast_area_identifier`: how the area is described.
    pub struct BroadcastAreaFormat(u8, "2") {
        /// By a name that the message centre knows.
        ALIAS_NAME = 0x00,
        /// By an arc of an ellipsoid (3GPP TS 23.032).
        ELLIPSOID_ARC = 0x01,
        /// By a polygon (3GPP TS 23.032).
        POLYGON = 0x02,
    }
}

wire_number! {
    /// How much of an area a broadcast reached, in percent
    /// (`broadcast_area_success`).
    pub struct BroadcastAreaSuccess(u8, "2") {
        /// Not known.
        NOT_AVAILABLE = 0xFF,
    }
}

impl BroadcastAreaSuccess {
    /// The share in percent, 0 to 100, or `None` where the value is unknown or
    /// reserved.
    #[must_use]
    pub const fn percent(self) -> Option<u8> {
        if self.0 <= 100 { Some(self.0) } else { None }
    }
}

wire_number! {
    /// Channel of the broadcast (`broadcast_channel_indicator`).
    pub struct BroadcastChannelIndicator(u8, "2") {
        /// The basic channel; the value when the TLV is absent.
        BASIC = 0x00,
        /// The extended channel.
        EXTENDED = 0x01,
    }
}

wire_number! {
    /// First octet of `broadcast_content_type`: whose categories the other two
    /// octets use.
    pub struct BroadcastContentNetwork(u8, "2") {
        /// The list of SMPP, [`BroadcastContentCategory`].
        GENERIC = 0x00,
        /// GSM.
        GSM = 0x01,
        /// TDMA.
        TDMA = 0x02,
        /// CDMA.
        CDMA = 0x03,
    }
}

wire_number! {
    /// Second and third octet of `broadcast_content_type`: what is broadcast,
    /// if the first octet is [`BroadcastContentNetwork::GENERIC`].
    pub struct BroadcastContentCategory(u16, "4") {
        /// An index of what is broadcast.
        INDEX = 0x0000,
        /// Emergencies.
        EMERGENCY_BROADCASTS = 0x0001,
        /// Download of the intelligent roaming database.
        IRDB_DOWNLOAD = 0x0002,
        /// News flashes.
        NEWS_FLASHES = 0x0010,
        /// General news nearby.
        GENERAL_NEWS_LOCAL = 0x0011,
        /// General news from the region.
        GENERAL_NEWS_REGIONAL = 0x0012,
        /// General news from the country.
        GENERAL_NEWS_NATIONAL = 0x0013,
        /// General news from the world.
        GENERAL_NEWS_INTERNATIONAL = 0x0014,
        /// Business news nearby.
        BUSINESS_NEWS_LOCAL = 0x0015,
        /// Business news from the region.
        BUSINESS_NEWS_REGIONAL = 0x0016,
        /// Business news from the country.
        BUSINESS_NEWS_NATIONAL = 0x0017,
        /// Business news from the world.
        BUSINESS_NEWS_INTERNATIONAL = 0x0018,
        /// Sports news nearby.
        SPORTS_NEWS_LOCAL = 0x0019,
        /// Sports news from the region.
        SPORTS_NEWS_REGIONAL = 0x001A,
        /// Sports news from the country.
        SPORTS_NEWS_NATIONAL = 0x001B,
        /// Sports news from the world.
        SPORTS_NEWS_INTERNATIONAL = 0x001C,
        /// Entertainment news nearby.
        ENTERTAINMENT_NEWS_LOCAL = 0x001D,
        /// Entertainment news from the region.
        ENTERTAINMENT_NEWS_REGIONAL = 0x001E,
        /// Entertainment news from the country.
        ENTERTAINMENT_NEWS_NATIONAL = 0x001F,
        /// Entertainment news from the world.
        ENTERTAINMENT_NEWS_INTERNATIONAL = 0x0020,
        /// Medical services.
        MEDICAL = 0x0021,
        /// Doctors.
        DOCTORS = 0x0022,
        /// Pharmacies.
        PHARMACY = 0x0023,
        /// Traffic nearby.
        LOCAL_TRAFFIC = 0x0030,
        /// Traffic on long distance roads.
        LONG_DISTANCE_TRAFFIC = 0x0031,
        /// Taxis.
        TAXIS = 0x0032,
        /// Weather.
        WEATHER = 0x0033,
        /// Departures and arrivals at airports.
        AIRPORT_FLIGHT_SCHEDULES = 0x0034,
        /// Restaurants.
        RESTAURANTS = 0x0035,
        /// Places to stay.
        LODGINGS = 0x0036,
        /// Shops.
        RETAIL_DIRECTORY = 0x0037,
        /// Advertisements.
        ADVERTISEMENTS = 0x0038,
        /// Prices of shares.
        STOCK_QUOTES = 0x0039,
        /// Jobs.
        EMPLOYMENT = 0x0040,
        /// Technology news.
        TECHNOLOGY_NEWS = 0x0041,
        /// About the district of the base station.
        DISTRICT = 0x0070,
        /// About the network.
        NETWORK_INFORMATION = 0x0071,
        /// The operator's services.
        OPERATOR_SERVICES = 0x0080,
        /// Numbers in the home country.
        DIRECTORY_ENQUIRIES_NATIONAL = 0x0081,
        /// Numbers in other countries.
        DIRECTORY_ENQUIRIES_INTERNATIONAL = 0x0082,
        /// Customer care in the home country.
        CUSTOMER_CARE_NATIONAL = 0x0083,
        /// Customer care from abroad.
        CUSTOMER_CARE_INTERNATIONAL = 0x0084,
        /// Local date, time and time zone.
        LOCAL_DATE_TIME_ZONE = 0x0085,
        /// Several of the categories at once.
        MULTI_CATEGORY = 0x0100,
    }
}

wire_number! {
    /// First octet of `broadcast_frequency_interval`, the unit of the number in
    /// the other two octets.
    pub struct BroadcastFrequencyUnit(u8, "2") {
        /// No pause between repetitions; the number has no meaning.
        AS_OFTEN_AS_POSSIBLE = 0x00,
        /// Seconds.
        SECONDS = 0x08,
        /// Minutes.
        MINUTES = 0x09,
        /// Hours.
        HOURS = 0x0A,
        /// Days.
        DAYS = 0x0B,
        /// Weeks.
        WEEKS = 0x0C,
        /// Months.
        MONTHS = 0x0D,
        /// Years.
        YEARS = 0x0E,
    }
}

wire_number! {
    /// What the phone does with a broadcast (`broadcast_message_class`).
    pub struct BroadcastMessageClass(u8, "2") {
        /// No class; the value when the TLV is absent.
        NO_CLASS = 0x00,
        /// Class 1, defined by the user. 5.0 prints 0x02 here, a slip.
        CLASS1_USER_DEFINED = 0x01,
        /// Class 2, defined by the user.
        CLASS2_USER_DEFINED = 0x02,
        /// Class 3, for the equipment attached to the phone.
        CLASS3_TERMINAL_EQUIPMENT = 0x03,
    }
}
